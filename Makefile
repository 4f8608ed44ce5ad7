# evx: build, test, install. `make help` lists the targets.
#
# Objects and programs go to $(B). All of it is rebuilt when compiler or flags change. Other compilers and sanitizers build in
# directories of their own: build/clang, build/tsan, build/fuzz.
B            ?= build
CC           := $(if $(filter default,$(origin CC)),gcc,$(CC))
PREFIX       ?= /usr/local
OPT          ?= -O2 -g
SAN          ?=
WERROR       ?= -Werror
JOBS         ?= $(shell nproc)
FUZZ_SECONDS ?= 60
VERSION      := $(shell cat VERSION)
# V=1 shows whole commands
Q            := $(if $(V),,@)

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes \
       -Wold-style-definition -Wpointer-arith -Wcast-qual -Wcast-align -Wwrite-strings -Wformat=2 -Wundef -Wvla \
       -Wnull-dereference -Wdouble-promotion $(WERROR)

# Library and hardening flags are probed once for each build directory and compiler.
ifneq ($(MAKECMDGOALS),)
NO_BUILD := $(if $(filter-out help deps deps-build clean format check check-long check-% fuzz uninstall,$(MAKECMDGOALS)),,yes)
endif
ifneq ($(NO_BUILD),yes)
ifneq ($(shell head -n 1 $(B)/probe.mk 2>/dev/null),\# $(CC))
$(shell rm -f $(B)/probe.mk)
endif
include $(B)/probe.mk
endif
ifneq ($(SAN),)
HARDEN := # sanitizers bring their own checks and do not go with _FORTIFY_SOURCE
endif

CFLAGS  ?=
# No path of this machine is in what is built: two directories give the same bytes.
ALL_CFLAGS  = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DEVX_VERSION='"$(VERSION)"' -Ivault -ffile-prefix-map=$(CURDIR)=. \
              $(OPT) $(WARN) $(HARDEN) $(SAN) $(DEP_CFLAGS) -pthread $(CFLAGS)
ALL_LDFLAGS = $(SAN) $(if $(SAN),,$(HARDEN_LD)) -pthread $(LDFLAGS)

LIB_SRC  := $(sort $(wildcard vault/*/*.c))
CLI_SRC  := $(sort $(wildcard cli/*.c))
CLI_HEAD := $(sort $(wildcard cli/*.h))
PAPER_SRC := $(sort $(wildcard paper/*.c))
UNIT     := $(sort $(wildcard tests/unit/test_*.c))
FUZZ     := $(sort $(wildcard tests/fuzz/fuzz_*.c))
VECTORS  := $(sort $(wildcard tests/vectors/*.c))
# What is compiled into test builds with hooks for tests, which the product has not (vault/base/test_hooks.h).
HOOKED   := vault/base/err.c vault/base/json.c vault/crypto/secret.c vault/custody/finding.c tests/hooks/trace.c
HOOK_OBJ  = $(HOOKED:%.c=$(B)/hooks/%.o)
LIB_OBJ   = $(LIB_SRC:%.c=$(B)/%.o) $(B)/gen/bundle_readme.o
CLI_OBJ   = $(CLI_SRC:%.c=$(B)/%.o) $(B)/gen/page_checker_script.o
PAPER_OBJ = $(PAPER_SRC:%.c=$(B)/%.o)
UNIT_BIN  = $(UNIT:tests/unit/%.c=$(B)/unit/%)
FAULT     = $(if $(SAN),,$(B)/fault/faultlib.so $(B)/fault/malloclib.so $(B)/fault/media.so)
FUZZ_BIN  = $(FUZZ:tests/fuzz/%.c=$(B)/fuzz/%)
VECTORS_OBJ = $(VECTORS:%.c=$(B)/%.o)
PROGRAM   = $(if $(CLI_SRC),$(B)/evx $(B)/evx-paper)
# Until version 1.0 the interface may change with the second number.
ABI      := $(shell cut -d . -f 1-2 VERSION)
SONAME   := libevx.so.$(ABI)
SHARED    = $(if $(SAN),,$(B)/libevx.so.$(VERSION))

# Translations (po/README.md). The texts of errors and findings need no mark where they stand: these functions translate what they take.
PO       := $(sort $(wildcard po/*.po))
MO        = $(PO:po/%.po=$(B)/locale/%/LC_MESSAGES/evx.mo)
HOOK_MO   = $(PO:po/%.po=$(B)/hooks/locale/%/LC_MESSAGES/evx.mo)
KEYWORDS  = _ N_ C_:1c,2 P_:1,2 EVX_SAID cli_language_number:1,2 cli_output_things:2,3 \
            cli_output_problem:3 cli_output_mistake:2 cli_output_warn:2 cli_output_remark:4 cli_options_misuse:2 cli_prompt_yes:2 \
            cli_layout_say:3 cli_layout_say_row:4 count_line:3,4 page_section:3 page_paragraph:2 page_say:2 page_table:2 step:2 \
            evx_fail:3 evx_fail_errno:3 evx_fail_at:5 evx_findings_add:6 evx_chain_note:5 evx_rules_note:5 evx_rules_forbid:3 \
            evx_told_say:2 evx_told_more:2 evx_bundle_walk_report:7 evx_report_not_checked:2
# The labels of rows, which are short: a word among them may be another one elsewhere. They have the context "label".
LABELS    = cli_output_field:2 cli_layout_label:3 cli_layout_row:3 cli_layout_cells:3 cli_layout_text_row:4 cli_layout_text_cells:4 cli_layout_say_row:3 page_row:2 number_row:2 L_ cli_question_row:1

# What --help says of options and commands stands in the rows of their tables. xgettext knows calls alone, so that it gets rows as calls.
ROWS      = -e 's/{ \("[a-z0-9-]*", [^ ]*, CLI_\)/option_row(\1/' -e 's/^\t\t\("[a-z0-9-]*", [^ ]*, CLI_\)/option_row(\1/' -e 's/^\t{ { \("[a-z-]*",\)/command_row(\1/'

##all: the programs build/evx and build/evx-paper and the library, build/libevx.a and build/libevx.so.VERSION (the default)
all: $(B)/libevx.a $(SHARED) $(PROGRAM) $(MO) reader

$(B)/probe.mk: build-aux/probe.sh
	@mkdir -p $(B)
	@build-aux/probe.sh "$(CC)" > $@.new && mv $@.new $@
$(B)/flags: FORCE
	@mkdir -p $(B)
	@printf '%s\n' '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' | cmp -s - $@ || printf '%s\n' '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' > $@
$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	@echo '  CC   $@'
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
# The README.txt of every bundle is the text in format-spec/.
$(B)/gen/bundle_readme.c: format-spec/bundle-readme.txt Makefile
	@mkdir -p $(@D)
	@{ echo '#include "seal/bundle_readme.h"'; echo 'const char evx_bundle_readme[] ='; \
	  sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $<; echo ';'; \
	  echo 'const size_t evx_bundle_readme_len = sizeof(evx_bundle_readme) - 1;'; } > $@
# The script that a report page may hold is what checker/ has.
$(B)/gen/page_checker_script.c: $(wildcard checker/*.js) build-aux/checker.sh
	@mkdir -p $(@D)
	@build-aux/checker.sh source > $@
$(B)/gen/%.o: $(B)/gen/%.c $(B)/flags
	@echo '  CC   $@'
	$(Q)$(CC) $(ALL_CFLAGS) -Icli -Wno-overlength-strings -MMD -MP -c -o $@ $<
$(B)/libevx.a: $(LIB_OBJ)
	@rm -f $@
	@echo '  AR   $@'
	$(Q)ar qcsD $@ $(LIB_OBJ)
# What is installed as evx.h; of the library it exports what this declares, and nothing else.
$(B)/evx.h: $(wildcard vault/*.h vault/*/*.h) build-aux/one-header.sh
	@mkdir -p $(@D)
	@build-aux/one-header.sh vault evx.h > $@
$(B)/libevx.map: $(B)/evx.h build-aux/exports.sh
	@build-aux/exports.sh EVX_$(ABI) $< > $@
$(B)/libevx.so.$(VERSION): $(LIB_OBJ) $(B)/libevx.map
	@echo '  LINK $@'
	$(Q)$(CC) -shared -Wl,-soname,$(SONAME) -Wl,--version-script,$(B)/libevx.map -Wl,-z,defs -o $@ $(LIB_OBJ) \
		$(filter-out -pie,$(ALL_LDFLAGS)) $(DEP_LIBS)
$(B)/evx: $(CLI_OBJ) $(B)/libevx.a
	@echo '  LINK $@'
	$(Q)$(CC) -o $@ $(CLI_OBJ) $(B)/libevx.a $(ALL_LDFLAGS) $(DEP_LIBS)
# Draws PDFs and reads pictures for evx, which runs it. Its libraries are its own.
$(B)/paper/%.o: paper/%.c $(B)/flags
	@mkdir -p $(@D)
	@echo '  CC   $@'
	$(Q)$(CC) $(ALL_CFLAGS) $(PAPER_CFLAGS) -MMD -MP -c -o $@ $<
$(B)/evx-paper: $(PAPER_OBJ) $(B)/libevx.a
	@echo '  LINK $@'
	$(Q)$(CC) -o $@ $(PAPER_OBJ) $(B)/libevx.a $(ALL_LDFLAGS) $(PAPER_LIBS) $(DEP_LIBS)
# evx looks for it beside itself.
$(B)/hooks/evx-paper: $(B)/evx-paper
	@mkdir -p $(@D)
	@ln -f $< $@
# What goes beside a bundle for somebody without evx: a reader from the specification alone, a static program that checks and opens, and how
# to use them. The static program is left out where the static libraries that it needs are not there.
READER_PY = tests/interop/reader.py $(sort $(wildcard tests/interop/evxformat/*.py))
STATIC    = $(if $(SAN),,$(STATIC_LIBS))
READER    = $(READER_PY:tests/interop/%=$(B)/reader/%) $(if $(STATIC),$(B)/reader/evx-reader)
reader: $(READER) $(B)/reader/SHA256SUMS $(B)/reader/READ-ME-FIRST.txt
	@mkdir -p $(B)/hooks && ln -sfn ../reader $(B)/hooks/reader
$(B)/reader/%.py: tests/interop/%.py
	@install -m 644 -D $< $@
$(B)/evx-reader/main.o: cli/main.c $(B)/flags
	@mkdir -p $(@D)
	@echo '  CC   $@'
	$(Q)$(CC) $(ALL_CFLAGS) -DEVX_READER -MMD -MP -c -o $@ $<
$(B)/evx-reader/%.o: reader/%.c $(B)/flags
	@mkdir -p $(@D)
	@echo '  CC   $@'
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
$(B)/libcli.a: $(filter-out %/main.o,$(CLI_OBJ))
	@rm -f $@
	$(Q)ar qcsD $@ $^
$(B)/reader/evx-reader: $(B)/evx-reader/main.o $(B)/evx-reader/no_network.o $(B)/libcli.a $(B)/libevx.a
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$(Q)$(CC) -static -s -o $@ $^ $(filter-out -pie,$(ALL_LDFLAGS)) $(STATIC_LIBS) 2>$@.log || { cat $@.log >&2; exit 1; }
	@rm $@.log # of what SQLite and OpenSSL would load at run time, and this program never asks for
$(B)/reader/SHA256SUMS: $(READER)
	@cd $(@D) && sha256sum $(READER:$(B)/reader/%=%) > SHA256SUMS
READER_FOR = evx-reader is version $(VERSION), for Linux on $(shell uname -m).
$(B)/reader/READ-ME-FIRST.txt: format-spec/reader-readme.txt $(B)/reader/SHA256SUMS
	@{ cat $^; $(if $(STATIC),printf '\n%s\n' '$(READER_FOR)',:); } > $@
# A translation whose formats differ from the English ones stops the build.
$(B)/locale/%/LC_MESSAGES/evx.mo: po/%.po
	@mkdir -p $(@D)
	@echo '  MO   $@'
	$(Q)msgfmt --check --output-file=$@ $<
$(B)/hooks/locale/%/LC_MESSAGES/evx.mo: $(B)/locale/%/LC_MESSAGES/evx.mo
	@mkdir -p $(@D)
	@cp $< $@
# Objects that come before the library take the place of those of like name in it.
$(B)/hooks/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	@echo '  CC   $@'
	$(Q)$(CC) $(ALL_CFLAGS) -DEVX_TEST_HOOKS -MMD -MP -c -o $@ $<
# The program with hooks: tests/vectors' classes, and which findings a run of the tests made.
$(B)/hooks/evx: $(CLI_OBJ) $(HOOK_OBJ) $(B)/libevx.a | $(HOOK_MO)
	@echo '  LINK $@'
	$(Q)$(CC) -o $@ $(CLI_OBJ) $(HOOK_OBJ) $(B)/libevx.a $(ALL_LDFLAGS) $(DEP_LIBS)
$(B)/unit/%.o: tests/unit/%.c $(B)/flags
	@$(if $(TEST_MISSING),echo 'evx: the library $(TEST_MISSING) (headers) is missing: run "make deps" and try again' >&2; rm -f $(B)/probe.mk; exit 1)
	@mkdir -p $(@D)
	@echo '  CC   $@'
	$(Q)$(CC) $(ALL_CFLAGS) $(if $(SAN),-DEVX_SAMPLED) $(TEST_CFLAGS) -Itests -MMD -MP -c -o $@ $<
$(B)/unit/%: $(B)/unit/%.o $(HOOK_OBJ) $(B)/libevx.a
	@echo '  LINK $@'
	$(Q)$(CC) -o $@ $< $(TEST_OBJ) $(HOOK_OBJ) $(B)/libevx.a $(ALL_LDFLAGS) $(DEP_LIBS) $(TEST_LIBS)
# Whole bundles come from the generator of the test vectors.
$(B)/unit/test_flips: $(filter-out %/generate.o,$(VECTORS_OBJ))
$(B)/unit/test_flips: TEST_OBJ = $(filter-out %/generate.o,$(VECTORS_OBJ))
# The confinement of older kernels, and of none, is forced in this test only: its object comes before the library's.
$(B)/forced/confine_landlock.o: vault/base/confine_landlock.c $(B)/flags
	@mkdir -p $(@D)
	@echo '  CC   $@'
	$(Q)$(CC) $(ALL_CFLAGS) -DEVX_CONFINE_FORCED -MMD -MP -c -o $@ $<
$(B)/unit/test_confine_acts: $(B)/forced/confine_landlock.o
$(B)/unit/test_confine_acts: TEST_OBJ = $(B)/forced/confine_landlock.o
$(B)/fuzz/%: tests/fuzz/%.c $(HOOK_OBJ) $(B)/libevx.a $(B)/flags
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -Itests -MMD -MP -o $@ $< $(HOOK_OBJ) $(B)/libevx.a $(ALL_LDFLAGS) $(DEP_LIBS)
$(B)/vectors-generate: $(VECTORS_OBJ) $(HOOK_OBJ) $(B)/libevx.a
	@echo '  LINK $@'
	$(Q)$(CC) -o $@ $(VECTORS_OBJ) $(HOOK_OBJ) $(B)/libevx.a $(ALL_LDFLAGS) $(DEP_LIBS)
# Preloaded by tests that inject faults; sanitizers, which must be loaded first, go without.
$(B)/fault/%.so: tests/fault/%.c $(B)/flags
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$(Q)$(CC) $(ALL_CFLAGS) -fPIC -shared -MMD -MP -o $@ $< -ldl
$(B)/measure: tests/bench/measure.c $(B)/flags
	@echo '  LINK $@'
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(ALL_LDFLAGS)

# Fills a vault for tests/bench/vault.sh.
$(B)/mkvault: tests/bench/mkvault.c $(B)/libevx.a $(B)/flags
	@echo '  LINK $@'
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(B)/libevx.a $(ALL_LDFLAGS) $(DEP_LIBS)

# Puts objects to remotes and gets them, for tests/cli/remote*.t.
$(B)/remote-tool: tests/remote/remote_tool.c $(B)/libevx.a $(B)/flags
	@echo '  LINK $@'
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(B)/libevx.a $(ALL_LDFLAGS) $(DEP_LIBS)

# A bad line to a server, for tests and measurements of remotes.
$(B)/proxy: tests/remote/proxy.c $(B)/flags
	@echo '  LINK $@'
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(ALL_LDFLAGS)

# ---- Tests ----------------------------------------------------------------------------------------------------------
# Scripts find the program at $$EVX and its build directory at $$EVX_BUILD.
SUB       = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))
RUN       = EVX=$(abspath $(B))/$(WITH)evx EVX_BUILD=$(abspath $(B)) CC='$(CC)' JOBS=$$(($(JOBS) + 3)) build-aux/run-tests.sh
SCRIPTS   = $(sort $(wildcard tests/lint/*.t tests/cli/*.t tests/interop/*.t tests/attacks/*.t))
SINGLE    = chunker lookback file_digest frame tree_read walk_attrs stage_object exhibit
# What failing.h needs, a malloc of its own from the first moment, the thread sanitizer does not survive. edits.h includes it.
THREADED := $(filter-out $(SINGLE:%=tests/unit/test_%.c) $(shell grep -lE '"(edits|unit/failing)\.h"' $(UNIT) /dev/null),\
              $(shell grep -lE '"(evx|base/(queue|crew)|(people|open|find|judge|events|seal|ship|keep|content)/[a-z_]+)\.h"|<pthread\.h>' $(UNIT) /dev/null)) tests/unit/test_long_log.c
SLOW      = remote-line.t whole-vault.t remote-notes.t send-sftp.t send-store-steps.t remote-s3.t send-rclone.t mirror.t test_flips vectors.t reader.t fault.t test_container test_salvage test_payload test_borrow test_append test_roster json.t id.t

programs: all $(B)/hooks/evx $(B)/hooks/evx-paper $(UNIT_BIN) $(FAULT) $(B)/vectors-generate $(B)/remote-tool $(B)/proxy
##vectors: make the test vectors anew in build/vectors (tests/vectors/README.md)
vectors: $(B)/vectors-generate
	@rm -rf $(B)/vectors
	@$(B)/vectors-generate $(B)/vectors
##unit: build and run the unit tests with gcc, stop at the first that fails
unit: $(UNIT_BIN)
	@for t in $(UNIT_BIN); do echo "# $$t"; $$t || exit 1; done

# What runs where, to stay under fifteen minutes on two processors:
#   gcc    everything, in full: unit tests, command line, interoperability, lints
#   clang  with AddressSanitizer and UBSan: everything compiles without a warning; unit tests, command line and attacks (interop runs the
#          same paths against slow stock tools), and after them whether each code of a finding was made. The leak checker reads /proc and traces its process, which a confined evx rightly refuses: it watches
#          the unit tests only.
#   tsan   gcc with ThreadSanitizer: only the tests of modules that start or feed threads
#   user   as root: the unit tests, some of the command line and of the attacks again, as nobody
#   analysis, fuzz   three static analysers; each fuzzer for two seconds
# With a sanitizer, loops over every byte take a sample (tests/sampled.h). What waits for disks, lines and servers leaves processors idle: three tests more
# than there are processors runs at a time, and those that take longest begin.
##check: every test that a change must pass: gcc; clang with address and undefined sanitizers; thread sanitizer; analysers; fuzzers, shortly
check:
	@build-aux/check.sh build/check check-gcc check-clang check-clang-cli check-found check-tsan check-user check-analysis check-fuzz
check-gcc:
	@$(SUB) programs
	@$(SUB) run LABEL=gcc TESTS='$(UNIT_BIN) $(SCRIPTS)'
CLANG = B=build/clang CC=clang OPT='-O1 -gline-tables-only' \
        SAN='-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'
# What the tests find with these programs, which have hooks: tests/found.
FOUND = $(abspath build/clang)/found
check-clang:
	@$(SUB) $(CLANG) programs
	@rm -f $(FOUND)
	@EVX_FOUND=$(FOUND) UBSAN_OPTIONS=print_stacktrace=1 $(SUB) $(CLANG) run LABEL=clang TESTS='$(UNIT:tests/unit/%.c=build/clang/unit/%)'
# What waits for a bad line, a slow server or a killed process takes minutes and shows a sanitizer nothing that the other tests of remotes do not.
WAITING  = remote-line send-sftp send-rclone send-store send-store-steps send-exfat mirror-fault remote-notes
check-clang-cli:
	@$(SUB) $(CLANG) all build/clang/hooks/evx build/clang/hooks/evx-paper build/clang/vectors-generate build/clang/remote-tool build/clang/proxy
	@EVX_FOUND=$(FOUND) UBSAN_OPTIONS=exitcode=99 ASAN_OPTIONS=exitcode=99:detect_leaks=0 \
		$(SUB) $(CLANG) run WITH=hooks/ LABEL=clang-cli TESTS='$(filter-out $(WAITING:%=tests/cli/%.t) $(WAITING:%=tests/attacks/%.t),$(sort $(wildcard tests/cli/*.t tests/attacks/*.t)))'
# Behind both of them: each code of a finding was made.
check-found:
	@EVX_FOUND=$(FOUND) $(SUB) $(CLANG) run LABEL=found TESTS=tests/found/codes.t
TSAN = B=build/tsan WERROR= OPT='-O1 -g' SAN='-fsanitize=thread'
check-tsan:
	@$(SUB) $(TSAN) all $(THREADED:tests/unit/%.c=build/tsan/unit/%)
	@$(SUB) $(TSAN) run LABEL=tsan TESTS='$(THREADED:tests/unit/%.c=build/tsan/unit/%)'
# Root may do what a user may not, and the other way round. As root, those tests again as a user that must be refused what is not theirs.
AS_USER  = nobody
USER_CLI = seal extract salvage list vault vault-harm ship keep trust id interrupt badinput receipt
USER_ATTACKS = home layout output small-doors unconfined vault-hidden vault-rollback
check-user:
	@$(SUB) programs
	@[ "$$(id -u)" -ne 0 ] || AS_USER=$(AS_USER) $(SUB) run LABEL=user \
		TESTS='$(UNIT_BIN) $(USER_CLI:%=tests/cli/%.t) $(USER_ATTACKS:%=tests/attacks/%.t)'
# What gcc -fanalyzer, cppcheck and clang-tidy find must be mended, or explained in build-aux/analysis.txt.
check-analysis:
	@$(SUB) run LABEL=analysis TESTS='$(sort $(wildcard tests/analysis/*.t))'
check-fuzz:
	@$(SUB) $(FUZZER) fuzzers
	@$(SUB) run LABEL=fuzz TESTS='tests/fuzz/short.t'
##check-long: the slow tests: tests/long and every published vector in full
check-long:
	@build-aux/check.sh build/check-long check-slow
check-slow:
	@$(SUB) programs
	@EVX_LONG=1 TEST_TIMEOUT=3600 $(SUB) run LABEL=long TESTS='$(UNIT_BIN) $(sort $(wildcard tests/long/*.t))'
run:
	@$(RUN) $(LABEL) $(or $(COUNTS),$(B)/results) $(foreach t,$(SLOW),$(filter %/$(t),$(TESTS))) $(filter-out $(addprefix %/,$(SLOW)),$(TESTS))

##mutate: change the code that decides in MUTATE_SAMPLE (40) places by MUTATE_SEED, look which test notices
mutate:
	@tests/mutation/mutate.py --sample $(or $(MUTATE_SAMPLE),40) $(if $(MUTATE_SEED),--seed $(MUTATE_SEED)) --jobs $(JOBS)

##fuzz: run each fuzzer in tests/fuzz for FUZZ_SECONDS (60)
FUZZER = B=build/fuzz CC=clang WERROR= OPT='-O1 -g' SAN='-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all'
fuzz:
	@$(SUB) $(FUZZER) fuzzers
	@for f in $(FUZZ:tests/fuzz/%.c=%); do \
		rm -rf build/fuzz/seeds/$$f && mkdir -p build/fuzz/corpus/$$f build/fuzz/seeds/$$f && \
		build/fuzz/fuzz/$$f --seeds build/fuzz/seeds/$$f && \
		build/fuzz/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
			-artifact_prefix=build/fuzz/$$f- build/fuzz/corpus/$$f build/fuzz/seeds/$$f || exit 1; \
	done
fuzzers: $(FUZZ_BIN)

##bench: measure evx beside its peers on four data sets (BENCH_DIR, RUNS, SETS, MODES; GROWTH=1, VAULT=1, TRANSFER=1 add more)
bench:
	@$(SUB) all $(B)/measure $(B)/mkvault $(B)/proxy
	@EVX=$(abspath $(B))/evx MEASURE=$(abspath $(B))/measure PROXY=$(abspath $(B))/proxy MKVAULT=$(abspath $(B))/mkvault tests/bench/bench.sh
##bench-report: measure everything and write tests/bench/RESULTS.md; takes hours and 15 GB, on a machine that does nothing else
bench-report:
	@GROWTH=1 VAULT=1 TRANSFER=1 REPORT=$(abspath tests/bench/RESULTS.md) $(SUB) bench
##demo: seal, check and open a small exhibit, step by step
demo:
	@$(SUB) all
	@EVX=$(abspath $(B))/evx tests/demo.sh

# ---- Set-up and installation ----------------------------------------------------------------------------------------
##deps: install what building and testing need (Debian 12 and 13, Ubuntu 24.04; asks sudo when not root)
deps:
	@build-aux/deps.sh
##deps-build: the same for building alone, without compilers, libraries and programs that only tests use
deps-build:
	@build-aux/deps.sh --build

DEST    = $(DESTDIR)$(PREFIX)
LIBDIR  ?= $(PREFIX)/lib
MANDIR  ?= $(PREFIX)/share/man
MAN     = $(sort $(wildcard cli/man/*.[1-9]))
COMPLETIONS = bash-completion/completions/evx zsh/site-functions/_evx fish/vendor_completions.d/evx.fish
SPEC    = $(sort $(wildcard format-spec/*))
XGETTEXT  = xgettext --from-code=UTF-8 --language=C --add-location=file --sort-by-file --keyword --package-name=evx --package-version=$(VERSION) --add-comments=translators
##pot: gather what can be translated in build/evx.pot
pot:
	@mkdir -p $(B)
	@$(XGETTEXT) $(KEYWORDS:%=--keyword=%) --output=$(B)/evx.pot $(CLI_SRC) $(LIB_SRC)
	@$(XGETTEXT) $(LABELS:%=--keyword=%) --output=- $(CLI_SRC) 2>/dev/null | sed '/^msgid ""$$/!s/^msgid "/msgctxt "label"\n&/' > $(B)/labels.pot
	@for f in $(CLI_SRC) $(CLI_HEAD); do mkdir -p $(B)/rows/$${f%/*} && sed $(ROWS) $$f > $(B)/rows/$$f || exit 1; done
	@$(XGETTEXT) --directory=$(B)/rows --keyword=option_row:6 --keyword=command_row:3 --output=$(B)/rows.pot $(CLI_SRC) $(CLI_HEAD)
	@msgcat --use-first --add-location=file --sort-by-file --output-file=$(B)/evx.pot $(B)/evx.pot $(B)/labels.pot $(B)/rows.pot
	@sed -i '/^"POT-Creation-Date:/d' $(B)/evx.pot
##po: take out translations of texts that are gone, and say how many texts are translated
po: pot
	@for p in $(PO); do \
		printf '%s: ' $$p && \
		msgmerge --quiet --no-fuzzy-matching --no-location --sort-output --no-wrap --output-file=$(B)/all.po $$p $(B)/evx.pot && \
		msgfmt --statistics --output-file=/dev/null $(B)/all.po && \
		msgattrib --translated --no-obsolete --no-location --sort-output --no-wrap --output-file=$$p $(B)/all.po || exit 1; \
	done

##install: programs, library, header, manual pages, translations, shell completion, JSON schema, specification and examples under DESTDIR and PREFIX (/usr/local); LIBDIR, MANDIR
install: all $(B)/evx.h
	install -d $(DEST)/bin $(DESTDIR)$(LIBDIR)/pkgconfig $(DEST)/include $(DEST)/share/doc/evx
	install -m 755 $(B)/evx $(DEST)/bin/evx
	install -m 755 $(B)/evx-paper $(DEST)/bin/evx-paper
	install -m 644 $(B)/libevx.a $(DESTDIR)$(LIBDIR)/libevx.a
	install -m 644 $(B)/libevx.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libevx.so.$(VERSION)
	ln -sf libevx.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libevx.so
	build-aux/pkg-config.sh $(PREFIX) $(LIBDIR) $(VERSION) > $(DESTDIR)$(LIBDIR)/pkgconfig/evx.pc
	build-aux/pkg-config.sh $(PREFIX) $(LIBDIR) $(VERSION) static > $(DESTDIR)$(LIBDIR)/pkgconfig/evx-static.pc
	install -m 644 $(B)/evx.h $(DEST)/include/evx.h
	install -d $(DEST)/share/evx
	rm -rf $(DEST)/share/evx/reader && cp -R $(B)/reader $(DEST)/share/evx/
	@for m in $(MAN); do install -v -m 644 -D $$m $(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/}; done
	cp -R format-spec examples LICENSE $(DEST)/share/doc/evx/
	install -m 644 -D cli/schema/evx.json $(DEST)/share/evx/schema/evx.json
	@for m in $(PO:po/%.po=%); do install -v -m 644 -D $(B)/locale/$$m/LC_MESSAGES/evx.mo $(DEST)/share/locale/$$m/LC_MESSAGES/evx.mo; done
	install -d $(foreach c,$(COMPLETIONS),$(DEST)/share/$(dir $(c)))
	$(foreach c,$(COMPLETIONS),$(B)/evx completion $(firstword $(subst /, ,$(subst -, ,$(c)))) > $(DEST)/share/$(c) &&) true
##uninstall: remove what install put there
uninstall:
	rm -f $(DEST)/bin/evx $(DEST)/bin/evx-paper $(addprefix $(DESTDIR)$(LIBDIR)/,libevx.a libevx.so $(SONAME) libevx.so.$(VERSION) pkgconfig/evx.pc pkgconfig/evx-static.pc) $(DEST)/include/evx.h
	rm -f $(foreach m,$(MAN),$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(m)))/$(notdir $(m)))
	rm -f $(addprefix $(DEST)/share/,$(COMPLETIONS)) $(PO:po/%.po=$(DEST)/share/locale/%/LC_MESSAGES/evx.mo)
	rm -rf $(DEST)/share/doc/evx $(DEST)/share/evx
##deb: a package build/evx_VERSION_ARCH.deb for the Debian or Ubuntu that it is made on
deb: all
	@build-aux/deb.sh '$(MAKE)' $(B)
##format: lay out every C file as .clang-format says
format:
	@find vault cli paper reader tests -name '*.[ch]' -exec clang-format -i {} +

##clean: remove everything that was built
clean:
	rm -rf build
##help: this list
help:
	@sed -n 's/^##\([a-z-]*\): \(.*\)/  make \1#\2/p' Makefile | awk -F'#' '{ printf "%-20s %s\n", $$1, $$2 }'

FORCE:
.PHONY: all reader deb programs pot po vectors unit check check-gcc check-clang check-clang-cli check-found check-tsan check-user check-analysis check-fuzz check-long check-slow run mutate fuzz fuzzers format bench bench-report demo deps deps-build \
        install uninstall clean help FORCE
.DELETE_ON_ERROR:
.SECONDARY: $(UNIT_BIN:=.o)
-include $(B)/evx-reader/main.d $(B)/evx-reader/no_network.d $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(PAPER_OBJ:.o=.d) $(VECTORS_OBJ:.o=.d) $(UNIT_BIN:=.d) $(FUZZ_BIN:=.d) $(B)/forced/confine_landlock.d $(HOOK_OBJ:.o=.d)
