# pg_gatekeeper: builds, installs and tests the module.
#
#	make				the module, with PGXS; the command, where it can be built
#	make install		the module, its views, the command, settings, man pages
#	make installcheck	the SQL tests, on a running server that has it preloaded
#	make check			every test, on throw-away servers (also as root)
#	make check-core		PostgreSQL's own test suites with the module preloaded
#	make check-neighbours	those of other modules
#	make legitimate		software of others, with the module and without
#	make check-sanitize	every test with sanitizers, assertions and valgrind
#	make lint			static analysis: gcc -fanalyzer, clang-tidy, cppcheck
#	make mutants		does each row of the rules' table have a test that misses it?
#	make fuzz			random input for what reads other people's text
#	make sqlsmith		random statements
#	make endure			50 sessions, reloads, crashes, for half an hour
#	make bench			what the module costs, in instructions and in time
#	make bench-records	what writing a record takes, beside libsystemd, syslog, pgaudit (root)
#	make compile_commands.json	for editors
#	make demo			a short tour on a throw-away server (also as root)
#	make html			the manual pages for a browser, in dist/html (mandoc)
#	make dist			the source tarball, in dist/
#	make sbom			what the tarball holds, as SPDX, in dist/
#	make deb			Debian packages from it, in dist/
#	make rpm			RPM packages from it, for the server of PG_CONFIG, in dist/
#	make matrix			tests and packages for every version of the server (root)
#	make help			the variables, too
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

GK_VERSION = 1.0.0

# Which server to build for and test with.
PG_CONFIG ?= pg_config

# PGXS's own "check" prints a refusal and succeeds, so our goals of that kind
# live in a branch which does not include it.  Other goals given along with
# them are passed on.
own_goals = check check-core check-neighbours legitimate check-sanitize lint mutants fuzz sqlsmith endure bench bench-records demo html dist sbom deb rpm matrix help

ifneq ($(filter $(own_goals),$(MAKECMDGOALS)),)

other_goals = $(filter-out $(own_goals),$(MAKECMDGOALS))

.PHONY: $(own_goals) $(other_goals)

# The scripts call make again for what they need built.
check check-core check-neighbours legitimate check-sanitize lint mutants fuzz sqlsmith endure bench bench-records demo: $(other_goals)
	+@PG_CONFIG='$(PG_CONFIG)' WERROR='$(WERROR)' TESTS='$(TESTS)' $(srcdir_)test/$(subst -,_,$@)

html: $(other_goals)
	@mkdir -p dist/html
	@for page in $(srcdir_)man/*.[1-9]; do \
		mandoc -T html -O style=mandoc.css,man=%N.%S.html,toc "$$page" >"dist/html/$${page##*/}.html" || exit 1; \
	done
	@printf '%s\n' 'body { max-width: 50em; margin: 2em auto; padding: 0 1em; font-family: sans-serif; line-height: 1.5; }' \
		'pre, code { font-family: monospace; }' 'table.head, table.foot { width: 100%; }' >dist/html/mandoc.css
	@echo "$$PWD/dist/html"

dist matrix: $(other_goals)
dist:
	@$(srcdir_)test/packages/dist dist

sbom: dist
	@$(srcdir_)test/packages/sbom dist/pg_gatekeeper-$(GK_VERSION).tar.gz dist

deb rpm: dist
	@PG_CONFIG='$(PG_CONFIG)' $(srcdir_)test/packages/$@ dist/pg_gatekeeper-$(GK_VERSION).tar.gz dist

matrix:
	@$(srcdir_)test/matrix

$(other_goals):
	+@$(MAKE) --no-print-directory -f $(firstword $(MAKEFILE_LIST)) $@

help:
	@sed -n '/^#\tmake/s/^#//p' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "	PG_CONFIG=...	pg_config of the server to build for (default: pg_config)"
	@echo "	WERROR=1		warnings are errors"
	@echo "	TESTS='a b'		with check: only these, e.g. TESTS='copy_file 001_house'"
	@echo "	DURATION=...	with fuzz, sqlsmith and endure: seconds"
	@echo "	DESTDIR=...		with install: put everything below this directory"
	@echo "	common_prefix=...	where drop-in and man page go (default: /usr/local)"
	@echo "	WITH_COMMON=no	with install: the module only"
	@echo "	WITH_CLI=no		without the command, which needs libsystemd and libpq"
	@echo "	WITH_IDENTITY=no	without application users, whose tokens need OpenSSL"

srcdir_ := $(dir $(firstword $(MAKEFILE_LIST)))

else

top := $(patsubst %/,%,$(dir $(firstword $(MAKEFILE_LIST))))

# A build outside the source tree needs the directories.
folders = $(patsubst $(top)/%/,%,$(sort $(dir $(wildcard $(top)/src/*.c $(top)/src/*/*.c))))
_ := $(shell mkdir -p $(folders))

MODULE_big = pg_gatekeeper
PGFILEDESC = "pg_gatekeeper - refuses and records privilege escalation"
OBJS = $(patsubst $(top)/%.c,%.o,$(filter-out $(top)/src/cli/%,$(sort $(wildcard $(top)/src/*.c $(top)/src/*/*.c))))
DEPS = $(OBJS:.o=.d)

# The views.  Nothing that the module enforces depends on them.
EXTENSION = sql/pg_gatekeeper
DATA = $(patsubst $(top)/%,%,$(sort $(wildcard $(top)/sql/*--*.sql)))

# The server's headers do not compile clean under -Wextra; as system headers
# they need not, and our own files get all of it.
PG_CPPFLAGS = -isystem $(shell $(PG_CONFIG) --includedir-server) \
	-I$(top)/src -DGK_VERSION='"$(GK_VERSION)"' \
	-D'PGDLLEXPORT=__attribute__((visibility("default")))'
# Nothing but the entry points is exported (15's headers leave PGDLLEXPORT
# empty).  Hook and GUC callback signatures leave parameters unused.
# Calls between us and the server are past the linkage table: there are many.
PG_CFLAGS = -fvisibility=hidden -fno-plt -Wall -Wextra -Wno-unused-parameter -MMD -MP
ifneq ($(filter-out 0 no,$(WERROR)),)
PG_CFLAGS += -Werror
endif

# Tokens of application users: their signatures are libcrypto's.
WITH_IDENTITY ?= $(if $(shell echo '\#include <openssl/evp.h>' | $(if $(filter default undefined,$(origin CC)),cc,$(CC)) -E - >/dev/null 2>&1 && echo yes),yes,no)
ifneq ($(filter-out 0 no,$(WITH_IDENTITY)),)
PG_CPPFLAGS += -DGK_WITH_IDENTITY
SHLIB_LINK += -lcrypto
endif

TESTS ?= $(patsubst $(top)/test/sql/%.sql,%,$(sort $(wildcard $(top)/test/sql/*.sql)))
REGRESS = setup $(filter-out setup,$(TESTS))
REGRESS_OPTS = --inputdir=$(top)/test
# as in "make check", so that the outputs agree; PGXS calls it something else
override CONTRIB_TESTDB = regression

EXTRA_CLEAN = $(DEPS) src/.built_for src/common/posture_table.inc src/cli/*.o src/cli/*.d src/cli/pg_gatekeeper

# No bitcode: hooks are not inlined, and it would need clang.
override with_llvm = no

PGXS := $(shell $(PG_CONFIG) --pgxs)
ifeq ($(PGXS),)
$(error $(PG_CONFIG) does not work: install the server's development files or say PG_CONFIG=/path/to/pg_config)
endif
include $(PGXS)

# PGXS hands the flags of the compiler that built the server to any other.
ifneq ($(findstring clang,$(CC)),)
override CFLAGS := $(filter-out -fexcess-precision=% -ffat-lto-objects -flto=auto \
	-Wimplicit-fallthrough=% -Wno-format-truncation -Wno-stringop-truncation \
	-Wshadow=% -Wno-cast-function-type-strict -Wold-style-declaration,$(CFLAGS))
endif

-include $(DEPS)

# Another server, compiler or Makefile rebuilds, too.
built_for := $(CC) $(CFLAGS) $(PG_CPPFLAGS)
ifneq ($(built_for),$(shell cat src/.built_for 2>/dev/null))
_ := $(shell printf '%s\n' '$(subst ','\'',$(built_for))' >src/.built_for)
endif

$(OBJS): src/.built_for $(firstword $(MAKEFILE_LIST))

# The checks of a server's posture are text; both programs have them as a table.
posture_table = src/common/posture_table.inc
posture_source = $(top)/src/common/posture/table.awk $(sort $(wildcard $(top)/src/common/posture/*.checks))
$(posture_table): $(posture_source)
	@mkdir -p $(@D)
	LC_ALL=C awk -f $(posture_source) >$@.new && mv $@.new $@
src/common/posture.o src/cli/posture_table.o: $(posture_table)
src/common/posture.o src/cli/posture_table.o: override CPPFLAGS += -Isrc

# The command, a program of its own.  It needs libsystemd and libpq; without
# their headers there is no command, and the module does not miss it.
cli = src/cli/pg_gatekeeper
cli_objs = $(patsubst $(top)/%.c,%.o,$(sort $(wildcard $(top)/src/cli/*.c))) src/cli/chain.o src/cli/escape.o src/cli/sha256.o src/cli/posture_table.o
cli_libs := $(if $(wildcard $(includedir)/libpq-fe.h),$(shell pkg-config --libs libsystemd 2>/dev/null))
WITH_CLI ?= $(if $(cli_libs),yes,no)

ifeq ($(WITH_CLI)$(filter no,$(WITH_COMMON)),yes)
all: $(cli)
endif

$(cli): $(cli_objs)
	$(if $(cli_libs),,$(error the command needs libsystemd and libpq: install libsystemd-dev, libpq-dev and pkgconf, or say WITH_CLI=no))
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(cli_objs) $(cli_libs) -L'$(libdir)' -lpq

$(cli_objs): src/.built_for $(firstword $(MAKEFILE_LIST))
$(filter-out %/chain.o %/escape.o %/sha256.o %/posture_table.o,$(cli_objs)): %.o: $(top)/%.c
	$(cli_compile)
src/cli/chain.o src/cli/escape.o src/cli/sha256.o: src/cli/%.o: $(top)/src/common/%.c
	$(cli_compile)
src/cli/posture_table.o: $(top)/src/common/posture.c
	$(cli_compile)
cli_compile = $(CC) $(CFLAGS) -D_GNU_SOURCE -DGK_VERSION='"$(GK_VERSION)"' \
	-I$(top)/src -I$(top)/src/cli -Isrc -I'$(includedir)' \
	$(shell pkg-config --cflags libsystemd 2>/dev/null) -c -o $@ $<

-include $(cli_objs:.o=.d)

# For editors: how each file of the module is compiled.
quote := "
comma := ,
empty :=
in_json = $(subst $(quote),\$(quote),$(subst \,\\,$(1)))
define newline


endef
compile_commands = $(foreach o,$(OBJS),{"directory": "$(CURDIR)"$(comma) "file": "$(top)/$(o:.o=.c)"$(comma) "command": "$(call in_json,$(CC) $(CFLAGS) $(CPPFLAGS)) -c $(top)/$(o:.o=.c)"})

.PHONY: compile_commands.json
compile_commands.json:
	$(file >$@,[$(subst } {,}$(comma)$(newline){,$(compile_commands))])
	@echo $@

# Files that are the same for every server version.  A distribution package
# sets common_prefix=/usr, or WITH_COMMON=no for the module alone.
WITH_COMMON ?= yes
common_prefix ?= /usr/local
common_conf := $(wildcard $(top)/conf/*.conf)
common_catalog := $(wildcard $(top)/conf/*.catalog)
common_siem := $(filter-out %/sigma,$(wildcard $(top)/conf/siem/*))
common_sigma := $(wildcard $(top)/conf/siem/sigma/*)
common_systemd := $(wildcard $(top)/conf/systemd/*)
common_examples := $(wildcard $(top)/conf/examples/*)
common_containers := $(wildcard $(top)/conf/containers/*)
common_ci := $(wildcard $(top)/conf/ci/*)
common_ansible := $(shell cd $(top)/conf && find ansible -type f)
common_ansible_in := $(sort $(dir $(common_ansible)))
common_completion := $(wildcard $(top)/conf/bash-completion/*)
common_zsh := $(wildcard $(top)/conf/zsh/*)
common_fish := $(wildcard $(top)/conf/fish/*)
# Debian has another directory for what packages bring.
zsh_dir ?= share/zsh/site-functions
common_man1 := $(wildcard $(top)/man/*.1)
common_man7 := $(wildcard $(top)/man/*.7)

.PHONY: install-common uninstall-common install-test
install-common: $(if $(filter yes,$(WITH_CLI)),$(cli))
	$(if $(filter yes,$(WITH_CLI)),$(MKDIR_P) '$(DESTDIR)$(common_prefix)/bin' && \
		$(INSTALL_PROGRAM) $(cli) '$(DESTDIR)$(common_prefix)/bin/')
	$(call gk_install,$(common_conf),share/pg-gatekeeper)
	$(call gk_install,$(common_siem),share/pg-gatekeeper/siem)
	$(call gk_install,$(common_sigma),share/pg-gatekeeper/siem/sigma)
	$(call gk_install,$(common_systemd),share/pg-gatekeeper/systemd)
	$(call gk_install,$(common_examples),share/pg-gatekeeper/examples)
	$(call gk_install,$(common_containers),share/pg-gatekeeper/containers)
	$(call gk_install,$(common_ci),share/pg-gatekeeper/ci)
	$(foreach d,$(common_ansible_in),$(call gk_install,$(addprefix $(top)/conf/,$(filter $(addprefix $d,$(notdir $(common_ansible))),$(common_ansible))),share/pg-gatekeeper/$d)$(newline)	)
	$(call gk_install,$(common_catalog),lib/systemd/catalog)
	$(call gk_install,$(common_completion),share/bash-completion/completions)
	$(call gk_install,$(common_zsh),$(zsh_dir))
	$(call gk_install,$(common_fish),share/fish/vendor_completions.d)
	$(call gk_install,$(common_man1),share/man/man1)
	$(call gk_install,$(common_man7),share/man/man7)

uninstall-common:
	rm -f '$(DESTDIR)$(common_prefix)/bin/pg_gatekeeper'
	$(call gk_uninstall,$(common_conf),share/pg-gatekeeper)
	$(call gk_uninstall,$(common_siem),share/pg-gatekeeper/siem)
	$(call gk_uninstall,$(common_systemd),share/pg-gatekeeper/systemd)
	$(call gk_uninstall,$(common_sigma),share/pg-gatekeeper/siem/sigma)
	$(call gk_uninstall,$(common_examples),share/pg-gatekeeper/examples)
	$(call gk_uninstall,$(common_containers),share/pg-gatekeeper/containers)
	$(call gk_uninstall,$(common_ci),share/pg-gatekeeper/ci)
	$(if $(common_ansible),rm -f $(foreach f,$(common_ansible),'$(DESTDIR)$(common_prefix)/share/pg-gatekeeper/$f'))
	$(call gk_uninstall,$(common_catalog),lib/systemd/catalog)
	$(call gk_uninstall,$(common_completion),share/bash-completion/completions)
	$(call gk_uninstall,$(common_zsh),$(zsh_dir))
	$(call gk_uninstall,$(common_fish),share/fish/vendor_completions.d)
	$(call gk_uninstall,$(common_man1),share/man/man1)
	$(call gk_uninstall,$(common_man7),share/man/man7)

# $(call gk_install,files,directory below common_prefix)
gk_install = $(if $(1),$(MKDIR_P) '$(DESTDIR)$(common_prefix)/$(2)' && \
	$(INSTALL_DATA) $(1) '$(DESTDIR)$(common_prefix)/$(2)/')
gk_uninstall = $(if $(1),rm -f $(addprefix '$(DESTDIR)$(common_prefix)/$(2)'/,$(notdir $(1))))

ifneq ($(WITH_COMMON),no)
install: install-common
uninstall: uninstall-common
endif

# The extensions whose scripts the tests run; installcheck needs them on the
# server, "make check" brings its own.
install-test:
	$(MKDIR_P) '$(DESTDIR)$(datadir)/extension'
	$(INSTALL_DATA) $(top)/test/extension/* '$(DESTDIR)$(datadir)/extension/'

endif
