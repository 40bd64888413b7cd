#!/bin/sh
# compat/own-files.sh - by s6's names the files of our own do nothing: each of
# them, and files of any other name and content, in a service of each type and
# beside the services, give the database to the byte that there is without
# them.  Only a file `reeve' beside the services has ours read.  SEED repeats
# a run.
# TIMEOUT: 600
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"
PATH=$NAMES:$PATH
export PATH
SEED=${SEED-$(($(date +%s) % 100000))}
echo "# SEED=$SEED"

mkdir plain; cd plain || exit
for s in p c r; do
	mkdir $s; echo longrun >$s/type; printf '#!/bin/sh\nexec sleep 9\n' >$s/run
done
echo c >p/producer-for; echo p >c/consumer-for; echo pipe >c/pipeline-name
mkdir o b b/contents.d; echo oneshot >o/type; echo true >o/up
echo bundle >b/type; : >b/contents.d/o; : >b/contents.d/r
cd ..
s6-rc-compile want plain;	is $? 0 'plain definitions'
# try WHERE LABEL: src compiles to the same.
try() {
	rm -rf got
	s6-rc-compile -v2 got src >said 2>&1; _code=$?
	if [ $_code = 0 ] && cmp -s want/db got/db; then return 0; fi
	is "exit $_code, other bytes" 'exit 0, the same' "$1"
	show said
	return 1
}
fresh() { rm -rf src; cp -R plain src; }

# --- each of ours, in each type
reeve-explain --list | awk '{print $1}' >known
reeve-explain --mdoc | awk '$1 == ".It" { name = $3 }
	/^\.Pq/ && !/also in s6-rc/ { print name }' >own
like "$(wc -l <own | tr -d ' ')" '^[3-9][0-9]$' 'more than thirty files are our own'
grep -vx reeve own >ours
# put WHERE NAME CONTENT: add a file to src.
put() {
	rm -rf "src/$1/$2"
	case $3 in
	DIR) mkdir "src/$1/$2"; : >"src/$1/$2/r" ;;
	LINK) ln -s /nowhere "src/$1/$2" ;;
	FIFO) mkfifo "src/$1/$2" ;;
	# shellcheck disable=SC2059
	*) printf -- "$3" >"src/$1/$2" ;;
	esac
}
# One at a time only to see which it is.
for content in '' DEBUG nobody '/\n' DIR LINK FIFO; do
	fresh
	while read -r f; do
		for where in r o b c; do put $where "$f" "$content"; done
	done <ours
	try "all of ours ($content)" && is 0 0 "none of ours has an effect ($content)"
done
while read -r f; do
	fresh
	for where in . r o b c; do put $where "$f" nobody; done
	try "$f alone"
done <ours
fresh; printf nobody >src/r/user; printf DEBUG >src/r/environment
s6-rc-compile got2 src 2>said;	is $? 0 'two of them'
is "$(wc -l <said | tr -d ' ')" 1 '... one line about them'
like "$(cat said)" '^s6-rc-compile: info: src/r/user: ignored .*2 of Reeve.s own files here; a file reeve beside the services has them read' '... with the way out'
s6-rc-compile -v0 got3 src 2>said;	is "$(cat said)" '' '... none with -v0'
reeve-rc-compile got4 src 2>said;	is $? 1 'by our own name one of them is an error'
: >src/reeve; rm src/r/environment; printf daemon >src/r/user
s6-rc-compile got5 src 2>said;	is $? 0 'with a file reeve beside the services'
like "$(s6-rc-db -c got5 show r)" 'user: daemon' '... they are read'
fresh; mkdir src/reeve; cp src/r/* src/reeve; printf daemon >src/r/user
s6-rc-compile got6 src 2>/dev/null;	is $? 0 'a service of that name is none'
not '... and nothing is read' grep -q daemon got6/db
# What is read is a matter of each source.
mkdir other other/x; : >other/reeve; echo longrun >other/x/type
cp plain/r/run other/x/run; echo daemon >other/x/user; fresh; echo games >src/r/user
s6-rc-compile got7 other src 2>/dev/null;	is $? 0 'one of two sources'
ok '... of which one is read' grep -q daemon got7/db
not '... and the other not' grep -q games got7/db
for f in 'missing type' 'missing run'; do
	fresh; rm "src/r/${f#* }"; echo 'sleep 9' >src/r/command
	rm -rf got; s6-rc-compile got src 2>/dev/null
	like $? '^1(11)?$' "a command is no replacement for a $f"
done
fresh; mkdir src/t@ src/t@/instances.d; cp src/r/* src/t@; : >src/t@/instances.d/1
rm -rf got; s6-rc-compile got src 2>/dev/null
is "$(s6-rc-db -c got list services | grep t)" t@ 'there are no templates'

# --- any name, any content
awk -v seed="$SEED" -v n=400 'BEGIN {
	srand(seed)
	while ((getline l <"known") > 0) known[l] = name[++k] = l
	split("r o b c p", dirs)
	letters = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_.@~+, #=%"
	split("|\\0|#!/bin/sh\\nexit\\n|longrun\\n|A=1\\n|\\377\\376x|root\\n\\n|{|5s|\"|DIR|LINK|FIFO|3\\n", content, "|")
	for (i = 0; i < n; i++) {
		f = name[int(rand() * k) + 1]
		kind = int(rand() * 4)
		if (kind == 0) { # nearly one of them
			at = int(rand() * length(f)) + 1
			f = substr(f, 1, at - 1) substr(letters, int(rand() * length(letters)) + 1, 1) substr(f, at + int(rand() * 2))
		} else if (kind == 1) { # one with an end
			split(".d ~ .bak .sh s 2 -old", e, " "); f = f e[int(rand() * 7) + 1]
		} else if (kind == 2) { # letters
			f = ""
			for (j = int(rand() * 12) + 1; j; j--)
				f = f substr(letters, int(rand() * length(letters)) + 1, 1)
		} else f = toupper(f)
		if (f in known || f == "." || f == "..") continue
		print dirs[int(rand() * 5) + 1] "\t" f "\t" content[int(rand() * 14) + 1]
	}
}' >cases
# Ten at a time.
all=0 same=0 tab=$(printf '\t')
# check: and empty the list of what is in src
check() {
	try "$_list, SEED=$SEED" && same=$((same + 1))
	fresh; _list=
}
fresh; _list=
while IFS=$tab read -r d f content; do
	put "$d" "$f" "$content"
	_list="$_list $d/$f($content)" all=$((all + 1))
	[ $((all % 10)) != 0 ] || check
done <cases
check
is $same $((all / 10 + 1)) "no other file has one, of $all (SEED=$SEED)"
ok 'there were enough' test $all -gt 250
end
