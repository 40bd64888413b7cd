# Makefile - build, test and install Reeve.  Run ./configure first; to build
# elsewhere, run it from there (mkdir build && cd build && ../configure).
#
# A program is a .c file that has a main (found by grep); NAME.c becomes
# reeve-NAME, and below tools/s6, where all is that exists only so that s6's
# names work, s6-NAME.  Every other .c goes into obj/all.a and the linker takes
# what a program needs.  Nothing has to be listed anywhere.

ifeq ($(origin srcdir),undefined)
-include config.mak
srcdir ?= .
endif
V ?= 0
Q_0 = @
Q = $(Q_$(V))
DIRS = lib supervise svscan rc log tools init
SRCS := $(sort $(foreach d,$(DIRS),$(patsubst $(srcdir)/%,%,\
	$(wildcard $(srcdir)/$d/*.c $(srcdir)/$d/*/*.c $(srcdir)/$d/*/*/*.c))))
MAINS := $(sort $(patsubst $(srcdir)/%,%,$(shell \
	grep -l '^main[[:punct:]]' $(addprefix $(srcdir)/,$(SRCS)))))
PARTS := $(filter-out $(MAINS),$(SRCS))
S6MAINS := $(filter tools/s6/%,$(MAINS))
OURMAINS := $(filter-out $(S6MAINS),$(MAINS))
# `reeve' itself has no prefix, nor has ucspilogd in s6.
progname = $(if $(filter reeve ucspilogd,$(basename $(notdir $1))),,$(if \
	$(filter tools/s6/%,$1),s6-,reeve-))$(basename $(notdir $1))
PROGS := $(sort $(foreach m,$(OURMAINS),$(call progname,$m)))
S6PROGS := $(sort $(foreach m,$(S6MAINS),$(call progname,$m)))
BINS := $(addprefix bin/,$(PROGS) $(S6PROGS))
MANPAGES = $(wildcard $(srcdir)/doc/reeve*.[1578])
S6PAGES = $(filter-out $(MANPAGES),$(wildcard $(srcdir)/doc/*.[1578]))
DESTDIR =
INSTALL = install
STRIP ?= strip
STRIPPING =

.PHONY: all install install-strip uninstall release install-init install-s6-names check test torture asan bench mutants coverage fuzz lint fmt dist html \
	clean units progs s6progs
# What was a program before, and is none, would be tested and found.
STALE = $(filter-out $(BINS) bin/reeve-multicall,$(wildcard bin/*))
all: $(BINS)
	$(if $(STALE),$(Q)rm -f $(STALE))
progs:
	@echo $(PROGS)
s6progs:
	@echo $(S6PROGS)

config.mak:
	@echo "run ./configure first" >&2; exit 1

CFLAGS_ALL = -I. -I$(srcdir) $(CPPFLAGS) $(CFLAGS) $(WERROR)

obj/%.o: $(srcdir)/%.c config.mak
	@mkdir -p $(@D)
	$(if $(Q),@echo "CC $*.c")
	$(Q)$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# What --version says; compiled into lib/version.o alone.  A name of its own
# for what is new: two makes may run here at once.
obj/lib/version.o: version-text.h
version-text.h: FORCE
	@mkdir -p obj
	@new=$@.$$$$; sh $(srcdir)/tools/version $(srcdir) | \
		sed 's/.*/#define VERSION_TEXT "&"/' >$$new; \
	if cmp -s $$new $@; then rm $$new; else mv $$new $@; fi
FORCE:

obj/all.a: $(PARTS:%.c=obj/%.o)
	$(if $(Q),@echo "AR $@")
	$(Q)rm -f $@ && $(AR) qcs $@ $^

ifeq ($(MULTICALL),yes)
# Each main is renamed to main_NAME and one table picks by the name called.
# What stays as process 1 for its small size is a program of its own too; so
# is what only s6's names need, unless those are asked for.
S6APART := $(if $(filter yes,$(S6MULTI)),,$(S6MAINS))
APART := init/init-alone.c $(S6APART)
MULTI := $(filter-out $(S6APART),$(MAINS))
define multi_rule
obj/multi/$(call progname,$1).o: obj/$(1:.c=.o)
	@mkdir -p obj/multi
	$$(Q)$$(OBJCOPY) --redefine-sym main=main_$(subst -,_,$(call progname,$1)) $$< $$@
MULTIOBJS += obj/multi/$(call progname,$1).o
endef
define link_rule
bin/$(call progname,$1): bin/reeve-multicall
	$$(Q)ln -sf reeve-multicall $$@
endef
$(foreach m,$(MULTI),$(eval $(call multi_rule,$m)))
$(foreach m,$(filter-out $(APART),$(MULTI)),$(eval $(call link_rule,$m)))
obj/multi/table.c: $(addprefix $(srcdir)/,$(MULTI)) $(srcdir)/lib/multicall.sh config.mak
	@mkdir -p obj/multi
	$(Q)sh $(srcdir)/lib/multicall.sh $(foreach m,$(MULTI),$(call progname,$m)) >$@
bin/reeve-multicall: obj/multi/table.c $(MULTIOBJS) obj/all.a
	@mkdir -p bin
	$(if $(Q),@echo "LD $@")
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ obj/multi/table.c $(MULTIOBJS) obj/all.a $(LDLIBS)
else
APART = $(MAINS)
endif
# What reads, as root, the bytes of others: see configure.
EXPOSED := init init-alone shutdownd rc-oneshotd rc socklog svscan supervise log \
	sudod ipcserverd fdholderd
# A static PIE takes a page more: not of those that are many, or process 1.
ROOMY := init shutdownd rc-oneshotd rc socklog sudod ipcserverd fdholderd
harder = $(if $(filter $(if $(filter -static-pie,$(EXPOSED_LDFLAGS)),$(ROOMY),\
	$(EXPOSED)),$(basename $(notdir $1))),$(EXPOSED_LDFLAGS))
linkflags = $(if $(filter -static-pie,$(call harder,$1)),$(filter-out \
	-static,$(LDFLAGS)),$(LDFLAGS)) $(call harder,$1)
define prog_rule
bin/$(call progname,$1): obj/$(1:.c=.o) obj/all.a
	@mkdir -p bin
	$(if $$(Q),@echo "LD $$@")
	$$(Q)$$(CC) $$(CFLAGS) $(call linkflags,$1) -o $$@ $$< obj/all.a $$(LDLIBS)
endef
$(foreach m,$(APART),$(eval $(call prog_rule,$m)))

# --- tests: tests/DIR/x.c are cmocka units and test helpers, *.sh behaviour
UNITSRC := $(patsubst $(srcdir)/%,%,$(wildcard $(foreach d,$(DIRS),\
	$(srcdir)/tests/$d/*.c $(srcdir)/tests/$d/*/*.c)))
HELPSRC := $(patsubst $(srcdir)/%,%,$(wildcard $(srcdir)/tests/helpers/*.c))
# The sanitizers' own build has it; a musl one usually has not.
UNITS := $(if $(filter yes,$(CMOCKA)),$(UNITSRC:tests/%.c=obj/tests/%))
HELPERS := $(HELPSRC:tests/helpers/%.c=obj/tests/helpers/%)
units: $(UNITS) $(HELPERS)
obj/tests/%: obj/tests/%.o obj/all.a
	$(if $(Q),@echo "LD $@")
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< obj/all.a $(LDLIBS) $(if $(findstring helpers/,$@),,-lcmocka)
.PRECIOUS: obj/%.o

# make test T='tests/supervise/*.sh' runs some; make check runs everything.
test: all units
	$(Q)BUILD=$(CURDIR) $(srcdir)/tests/run $(T)
check:
	$(Q)$(MAKE) --no-print-directory test WERROR=-Werror
# Random definitions, commands and faults: make torture SECONDS=600 SEED=7
torture: all units
	$(Q)BUILD=$(CURDIR) $(srcdir)/tests/torture/run $(or $(SECONDS),60) $(or $(SEED),1)
asan:
	$(Q)mkdir -p build-asan
	$(Q)cd build-asan && { [ -e config.mak ] || CC="$(CC)" \
		$(abspath $(srcdir))/configure --sanitize CFLAGS="-O1 -g"; } >/dev/null
	$(Q)$(MAKE) --no-print-directory -C build-asan test WERROR=-Werror
bench: all units
	$(Q)BUILD=$(CURDIR) $(srcdir)/tests/bench/run $(T)
fuzz:
	$(Q)BUILD=$(CURDIR) $(srcdir)/tests/fuzz/run $(T)
# What one change to a source does to its tests: make mutants T=log/match.c, or
# T=svscan/act.c:402-412; without T all pure modules, with figures of each.
mutants: all units
	$(Q)BUILD=$(CURDIR) $(srcdir)/tests/mutants $(T)
# Lines and branches that the unit tests and those of T reach.
coverage:
	$(Q)mkdir -p build-coverage
	$(Q)cd build-coverage && { [ -e config.mak ] || CC="$(CC)" \
		$(abspath $(srcdir))/configure LDFLAGS=--coverage \
		CFLAGS="-O0 -g --coverage -fprofile-update=atomic"; } >/dev/null
	$(Q)$(MAKE) --no-print-directory -C build-coverage all units
	$(Q)BUILD=$(CURDIR)/build-coverage $(srcdir)/tests/coverage $(T)
lint:
	$(Q)$(srcdir)/tests/lint
html:
	$(Q)$(srcdir)/doc/build-html html
fmt:
	cd $(srcdir) && git ls-files '*.c' '*.h' | xargs clang-format -i

install_pages = for m in $1; do $(INSTALL) -m 644 $$m \
	$(DESTDIR)$(mandir)/man$${m\#\#*.}/ || exit 1; done
install: all
	$(INSTALL) -d $(DESTDIR)$(bindir) $(foreach s,1 5 7 8,$(DESTDIR)$(mandir)/man$s)
	$(Q)for p in $(if $(filter yes,$(MULTICALL)),reeve-multicall) $(PROGS); do \
		if [ -h bin/$$p ]; then ln -sf reeve-multicall $(DESTDIR)$(bindir)/$$p; \
		else $(INSTALL) $(STRIPPING) -m 755 bin/$$p $(DESTDIR)$(bindir)/.$$p.new && \
		mv $(DESTDIR)$(bindir)/.$$p.new $(DESTDIR)$(bindir)/$$p; fi || exit 1; done
	$(Q)$(call install_pages,$(MANPAGES))
	$(Q)if [ -x $(srcdir)/tools/install-extra ]; then \
		DESTDIR=$(DESTDIR) bindir=$(bindir) datadir=$(datadir) \
		sysconfdir=$(sysconfdir) $(srcdir)/tools/install-extra $(srcdir); fi
# As install, without debugging information.
install-strip:
	$(Q)$(MAKE) --no-print-directory install STRIPPING='-s --strip-program=$(STRIP)'
# What install and install-s6-names have put there.
uninstall:
	$(Q)[ ! -d $(DESTDIR)$(bindir) ] || REMOVE=1 sh $(srcdir)/tools/s6-names \
		$(DESTDIR)$(bindir) $(PROGS) $(S6PROGS)
	$(Q)rm -f $(addprefix $(DESTDIR)$(bindir)/,reeve-multicall $(PROGS))
	$(Q)for m in $(notdir $(MANPAGES) $(S6PAGES)); do \
		rm -f $(DESTDIR)$(mandir)/man$${m##*.}/$$m; done
	$(Q)REMOVE=1 DESTDIR=$(DESTDIR) bindir=$(bindir) datadir=$(datadir) \
		sysconfdir=$(sysconfdir) $(srcdir)/tools/install-extra $(srcdir)
# The names of an init, which `install' leaves alone: see reeve-boot(7).
initdir = /sbin
FORCE = no
install-init: install
	$(Q)DESTDIR=$(DESTDIR) bindir=$(bindir) initdir=$(initdir) \
		FORCE=$(FORCE) sh $(srcdir)/tools/install-init
ifeq ($(S6NAMES),yes)
install: install-s6-names
endif
# What is reeve-NAME too becomes a link to that.
install-s6-names: all
	$(INSTALL) -d $(DESTDIR)$(bindir) $(foreach s,1 5 8,$(DESTDIR)$(mandir)/man$s)
	$(Q)STRIP_BY='$(if $(STRIPPING),$(STRIP))' sh $(srcdir)/tools/s6-names \
		$(DESTDIR)$(bindir) $(PROGS) $(S6PROGS)
	$(Q)$(call install_pages,$(S6PAGES))

# The sources as a tarball, the same bytes anywhere; see tools/dist.
dist:
	$(Q)sh $(srcdir)/tools/dist $(CURDIR)
# What a release offers, in ./release; see tools/release.
release:
	$(Q)sh $(srcdir)/tools/release $(CURDIR)/release
clean:
	rm -rf obj bin build-asan version-text.h

-include $(SRCS:%.c=obj/%.d) $(UNITS:%=%.d) $(HELPERS:%=%.d)
