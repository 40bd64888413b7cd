"""model.py - random definitions for tests/torture, and what must be up."""

import copy
import os
import shutil


class Service:
    """One service.  Its id stays when it gets another name."""

    def __init__(self, name, ident, rank):
        self.name, self.id, self.rank = name, ident, rank
        self.kind, self.version = "longrun", 1
        self.ready = self.talks = self.bad = False
        self.via = None             # None, "logger" or "pipeline"
        self.ms = 0                 # how long a script takes, or an end
        self.change = "restart"
        self.loose = False          # may run on with an older version
        self.needs, self.wants, self.after = set(), set(), set()
        self.member = True          # of the bundle default
        self.grouped = False        # by way of another bundle

    def properties(self):
        return (self.name, self.kind, self.version, self.ready, self.talks,
                self.bad, self.via, self.ms, self.change,
                tuple(sorted(self.needs)), tuple(sorted(self.wants)),
                tuple(sorted(self.after)))


class Set:
    """All definitions of one moment; changes are random."""

    NAMES = ["a", "b", "c", "d", "e", "f", "g", "h", "t@1", "t@2"]

    def __init__(self, rng):
        self.rng, self.services, self.next_id = rng, {}, 1
        while len(self.services) < 6:
            self.add()

    def copy(self):
        new = Set.__new__(Set)
        new.rng, new.next_id = self.rng, self.next_id
        new.services = copy.deepcopy(self.services)
        return new

    def free(self):
        return [n for n in self.NAMES[:8] if n not in self.services]

    def add(self):
        names = self.free()
        if not names:
            return
        rng = self.rng
        s = Service(rng.choice(names), "i%d" % self.next_id, rng.random())
        self.next_id += 1
        s.kind = rng.choice(["longrun", "longrun", "oneshot"])
        s.member, s.grouped = rng.random() < .8, rng.random() < .3
        s.ms = rng.choice([0, 0, 0, 20, 60])
        if s.kind == "longrun":
            self.shape(s)
        others = list(self.services.values())
        for words in (s.needs, s.wants, s.after):
            for o in others:
                if o.rank < s.rank and rng.random() < .2:
                    words.add(o.name)
        self.services[s.name] = s

    def shape(self, s):
        rng = self.rng
        s.ready, s.talks = rng.random() < .5, rng.random() < .6
        s.via = rng.choice([None, "logger", "pipeline"])
        s.change = rng.choice(["restart"] * 4 + ["reload", "keep"])
        if s.change == "reload":
            s.ready = True

    def remove(self, name):
        self.services.pop(name)
        for s in self.services.values():
            for words in (s.needs, s.wants, s.after):
                words.discard(name)

    def rename(self, old, new):
        s = self.services.pop(old)
        s.name = new
        self.services[new] = s
        for o in self.services.values():
            for words in (o.needs, o.wants, o.after):
                if old in words:
                    words.discard(old)
                    words.add(new)

    def newer(self, s):
        s.version += 1
        s.loose = s.change != "restart"

    def template(self):
        """Both instances come, change or go at once."""
        if "t@1" in self.services:
            one = self.services["t@1"]
            if self.rng.random() < .3:
                self.remove("t@1")
                self.remove("t@2")
                return
            one.version += 1
            self.services["t@2"].version = one.version
            return
        for i in "12":
            s = Service("t@" + i, "i%d-%s" % (self.next_id, i), 0)
            self.services[s.name] = s
        self.next_id += 1

    def single(self):
        return [s for s in self.services.values() if "@" not in s.name]

    def change(self, was, renames):
        """One random change; renames may gain an entry (old name: new)."""
        rng, single = self.rng, self.single()
        if not single or rng.random() < .2:
            return self.template() if rng.random() < .3 else self.add()
        s = rng.choice(single)
        what = rng.randrange(11)
        if what < 3:
            self.newer(s)
        elif what == 3:
            self.remove(s.name)
        elif what == 4 and s.name not in renames.values():
            # The same name for somebody else, of any kind.
            self.remove(s.name)
            self.add()
        elif what == 5 and s.kind == "longrun":
            s.via = rng.choice([None, "logger", "pipeline"])
        elif what == 6:
            s.member = not s.member
        elif what == 7 and s.kind == "longrun":
            s.change = rng.choice(["restart", "reload", "keep"])
            s.ready = s.ready or s.change == "reload"
        elif what == 8:
            lower = [o.name for o in single if o.rank < s.rank]
            if lower:
                rng.choice([s.needs, s.wants, s.after]).symmetric_difference_update(
                    {rng.choice(lower)})
        elif what == 9:
            s.kind = "oneshot" if s.kind == "longrun" else "longrun"
            s.id, self.next_id = "i%d" % self.next_id, self.next_id + 1
            s.via, s.loose, s.change = None, False, "restart"
        elif what == 10:
            names = [n for n in self.free() if n not in was.services]
            old = was.services.get(s.name)
            if names and old and old.id == s.id and not renames:
                renames[s.name] = rng.choice(names)
                self.rename(s.name, renames[s.name])
        return None

    def spoil(self):
        """A service that cannot come up, in a new version."""
        up = self.up()
        found = [s for s in self.single() if s.name in up and s.kind ==
                 "oneshot" or s.change == "restart" and s.name in up]
        if found:
            s = self.rng.choice(found)
            self.newer(s)
            s.bad = True
        return bool(found)

    def mend(self):
        for s in self.services.values():
            if s.bad:
                s.bad = False
                self.newer(s)

    def up(self):
        """Names of what the next boot starts."""
        names, todo = set(), [s.name for s in self.services.values()
                              if s.member]
        while todo:
            name = todo.pop()
            if name not in names:
                names.add(name)
                todo += self.services[name].needs | self.services[name].wants
        return names

    def dependents(self, names):
        found = set(names)
        while True:
            more = {s.name for s in self.services.values()
                    if s.needs & found} | found
            if more == found:
                return found
            found = more

    def touched(self, was):
        """Ids whose process may be another after a switch from was."""
        old = {s.id: s for s in was.services.values()}
        new = {s.id: s for s in self.services.values()}
        ids = {i for i in set(old) | set(new) if i not in old or i not in new
               or old[i].properties() != new[i].properties() or
               (old[i].name in was.up()) != (new[i].name in self.up())}
        for sets in (was, self):
            by = {s.id: s.name for s in sets.services.values()}
            names = sets.dependents({by[i] for i in ids if i in by})
            ids |= {sets.services[n].id for n in names}
        return ids

    # --- files ---

    def write(self, sv, seen):
        """Write all to the directory sv; seen is where victims report."""
        new = sv + ".new"
        shutil.rmtree(new, ignore_errors=True)
        put(new, "default/type", "bundle\n")
        put(new, "default/contents.d/group", "")
        put(new, "group/type", "bundle\n")
        os.makedirs(new + "/group/contents.d")
        for s in self.services.values():
            if s.member:
                put(new, ("group" if s.grouped else "default") +
                    "/contents.d/" + s.name, "")
            if "@" in s.name:
                self.write_instance(new, s, seen)
            else:
                self.write_one(new, s, seen)
        # In place: other programs may look at this directory.
        for name in os.listdir(sv):
            shutil.rmtree(sv + "/" + name)
        for name in os.listdir(new):
            os.rename(new + "/" + name, sv + "/" + name)
        os.rmdir(new)

    @staticmethod
    def write_instance(new, s, seen):
        put(new, "t@/instances.d/" + s.name[2:], "")
        put(new, "t@/command", "victim %s %s-$INSTANCE %d run\n" %
            (seen, s.id[:-2], s.version))

    @staticmethod
    def write_one(new, s, seen):
        victim = "victim %s %s %d " % (seen, s.id, s.version)
        for what, words in (("dependencies", s.needs), ("wants", s.wants),
                            ("after", s.after)):
            os.makedirs("%s/%s/%s.d" % (new, s.name, what))
            for n in words:
                put(new, "%s/%s.d/%s" % (s.name, what, n), "")
        if s.kind == "oneshot":
            put(new, s.name + "/type", "oneshot\n")
            put(new, s.name + "/up", "%sup %s%d\n" %
                (victim, "fail " if s.bad else "", s.ms))
            put(new, s.name + "/down", "%sdown %d\n" % (victim, s.ms))
            return
        put(new, s.name + "/command", victim + ("die\n" if s.bad else
            "run %s%s%d\n" % ("ready " if s.ready else "",
                              "talk " if s.talks and s.via else "", s.ms)))
        if s.ready:
            put(new, s.name + "/notification-fd", "3\n")
        put(new, s.name + "/on-change", s.change + "\n")
        script = "n500 s1000000 %s/logs/%s" % (seen, s.id)
        if s.via == "logger":
            put(new, s.name + "/logger", script + "\n")
        elif s.via == "pipeline":
            put(new, s.name + "/producer-for", s.name + "-sink\n")
            put(new, s.name + "-sink/consumer-for", s.name + "\n")
            put(new, s.name + "-sink/pipeline-name", s.name + "-pipe\n")
            put(new, s.name + "-sink/notification-fd", "3\n")
            put(new, s.name + "-sink/command",
                "reeve-log -d3 -b " + script + "\n")


def put(root, path, text):
    path = os.path.join(root, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)
