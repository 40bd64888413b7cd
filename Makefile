# Makefile - build, test and install Reeve.  Run ./configure first; to build
# elsewhere, run it from there (mkdir build && cd build && ../configure).
#
# A program is a .c file that has a main (found by grep); NAME.c becomes
# reeve-NAME.  Every other .c goes into obj/all.a and the linker takes what a
# program needs.  Nothing has to be listed anywhere.

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
# tools/front/reeve.c is `reeve' itself, the one program without a prefix.
progname = $(if $(filter reeve,$(basename $(notdir $1))),reeve,reeve-$(basename $(notdir $1)))
PROGS := $(sort $(foreach m,$(MAINS),$(call progname,$m)))
BINS := $(addprefix bin/,$(PROGS))
MANPAGES = $(wildcard $(srcdir)/doc/*.[1578])
DESTDIR =
INSTALL = install

.PHONY: all install install-init install-s6-names check test asan bench mutants fuzz lint fmt dist html \
	clean units progs
all: $(BINS)
progs:
	@echo $(PROGS)

config.mak:
	@echo "run ./configure first" >&2; exit 1

CFLAGS_ALL = -I. -I$(srcdir) $(CPPFLAGS) $(CFLAGS) $(WERROR)

obj/%.o: $(srcdir)/%.c config.mak
	@mkdir -p $(@D)
	$(if $(Q),@echo "CC $*.c")
	$(Q)$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

obj/all.a: $(PARTS:%.c=obj/%.o)
	$(if $(Q),@echo "AR $@")
	$(Q)rm -f $@ && $(AR) qcs $@ $^

ifeq ($(MULTICALL),yes)
# Each main is renamed to main_NAME and one table picks by the name called.
# What stays as process 1 for its small size is a program of its own too.
APART = init/init-alone.c
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
$(foreach m,$(MAINS),$(eval $(call multi_rule,$m)))
$(foreach m,$(filter-out $(APART),$(MAINS)),$(eval $(call link_rule,$m)))
obj/multi/table.c: $(addprefix $(srcdir)/,$(MAINS)) $(srcdir)/lib/multicall.sh config.mak
	@mkdir -p obj/multi
	$(Q)sh $(srcdir)/lib/multicall.sh $(PROGS) >$@
bin/reeve-multicall: obj/multi/table.c $(MULTIOBJS) obj/all.a
	@mkdir -p bin
	$(if $(Q),@echo "LD $@")
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ obj/multi/table.c $(MULTIOBJS) obj/all.a $(LDLIBS)
else
APART = $(MAINS)
endif
define prog_rule
bin/$(call progname,$1): obj/$(1:.c=.o) obj/all.a
	@mkdir -p bin
	$(if $$(Q),@echo "LD $$@")
	$$(Q)$$(CC) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$< obj/all.a $$(LDLIBS)
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
asan:
	$(Q)mkdir -p build-asan
	$(Q)cd build-asan && { [ -e config.mak ] || CC="$(CC)" \
		$(abspath $(srcdir))/configure --sanitize CFLAGS="-O1 -g"; } >/dev/null
	$(Q)$(MAKE) --no-print-directory -C build-asan test WERROR=-Werror
bench: all units
	$(Q)BUILD=$(CURDIR) $(srcdir)/tests/bench/run $(T)
fuzz:
	$(Q)BUILD=$(CURDIR) $(srcdir)/tests/fuzz/run $(T)
# What one change to a source does to its unit test: make mutants T=log/match.c
mutants: all units
	$(Q)BUILD=$(CURDIR) $(srcdir)/tests/mutants $(T)
lint:
	$(Q)$(srcdir)/tests/lint
html:
	$(Q)$(srcdir)/doc/build-html html
fmt:
	clang-format -i $(addprefix $(srcdir)/,$(SRCS))

install: all
	$(INSTALL) -d $(DESTDIR)$(bindir) $(foreach s,1 5 7 8,$(DESTDIR)$(mandir)/man$s)
	$(Q)for p in $(if $(filter yes,$(MULTICALL)),reeve-multicall) $(PROGS); do \
		if [ -h bin/$$p ]; then ln -sf reeve-multicall $(DESTDIR)$(bindir)/$$p; \
		else $(INSTALL) -m 755 bin/$$p $(DESTDIR)$(bindir)/.$$p.new && \
		mv $(DESTDIR)$(bindir)/.$$p.new $(DESTDIR)$(bindir)/$$p; fi || exit 1; done
	$(Q)for m in $(MANPAGES); do $(INSTALL) -m 644 $$m \
		$(DESTDIR)$(mandir)/man$${m##*.}/ || exit 1; done
	$(Q)if [ -x $(srcdir)/tools/install-extra ]; then \
		DESTDIR=$(DESTDIR) bindir=$(bindir) datadir=$(datadir) \
		sysconfdir=$(sysconfdir) $(srcdir)/tools/install-extra $(srcdir); fi
# The names of an init, which `install' leaves alone: see reeve-boot(7).
initdir = /sbin
FORCE = no
install-init: install
	$(Q)DESTDIR=$(DESTDIR) bindir=$(bindir) initdir=$(initdir) \
		FORCE=$(FORCE) sh $(srcdir)/tools/install-init
ifeq ($(S6NAMES),yes)
install: install-s6-names
endif
install-s6-names: all
	$(INSTALL) -d $(DESTDIR)$(bindir)
	$(Q)sh $(srcdir)/tools/s6-names $(DESTDIR)$(bindir) $(PROGS)

dist:
	git -C $(srcdir) archive --prefix=reeve-0.1.0/ -o $(CURDIR)/reeve-0.1.0.tar HEAD
	xz -f reeve-0.1.0.tar
clean:
	rm -rf obj bin build-asan

-include $(SRCS:%.c=obj/%.d) $(UNITS:%=%.d) $(HELPERS:%=%.d)
