# page.awk - what a reader of a manual page would do: the page to lines
#   FILE path, LINE text..., END     "path :" stands before a display
#   DO command, MORE text...         "$ command" and "> more" in one
#   SHOWN text                       what the page shows after it
# "# command", for root, is a command as well.
function plain(s) {
	gsub(/\\&/, "", s); gsub(/\\-/, "-", s)
	gsub(/\\\(dq/, "\"", s); gsub(/\\\(aq/, "\047", s)
	gsub(/\\e/, "\\", s)
	return s
}
function say(kind, s) { print kind "\t" s }
/^\.Bd/ { inside = 1; first = 1; next }
/^\.Ed/ { if (mode == "file") say("END", "")
	inside = 0; mode = ""; path = ""; next }
!inside { path = ""; if ($1 == ".Pa" && NF == 3 && $3 == ":") path = $2; next }
{ s = plain($0) }
first {
	first = 0
	mode = path != "" ? "file" : s ~ /^[$#] / ? "run" : ""
	if (mode == "file") say("FILE", path)
}
mode == "file" { say("LINE", s); next }
mode == "run" {
	if (s ~ /^[$#] /) say("DO", substr(s, 3))
	else if (s ~ /^> /) say("MORE", substr(s, 3))
	else if (s == ">") say("MORE", "")
	else say("SHOWN", s)
}
