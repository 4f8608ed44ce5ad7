# evx: build, test, install. `make help` lists the targets.
#
# Objects and programs go to $(B); everything is rebuilt when compiler or flags change.
B       ?= build
CC      ?= gcc
PREFIX  ?= /usr/local
OPT     ?= -O2 -g
SAN     ?=
WERROR  ?= -Werror

LIBS     = libsodium libcrypto libzstd libarchive jansson
PKG     := $(shell command -v pkg-config 2>/dev/null)
ifneq ($(PKG),)
DEP_CFLAGS := $(shell pkg-config --cflags $(LIBS) 2>/dev/null)
DEP_LIBS   := $(shell pkg-config --libs $(LIBS) 2>/dev/null)
endif

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes \
       -Wold-style-definition -Wpointer-arith -Wcast-qual -Wcast-align -Wwrite-strings -Wformat=2 -Wundef -Wvla \
       -Wnull-dereference -Wdouble-promotion $(WERROR)
probe = $(shell printf 'int main(void){return 0;}\n' | $(CC) -Werror $(1) -x c -o /dev/null - 2>/dev/null && echo $(1))
HARDEN := $(foreach f,-fstack-protector-strong -fstack-clash-protection -fcf-protection=full -D_FORTIFY_SOURCE=2 -fPIE,$(call probe,$(f)))
HARDEN_LD := $(foreach f,-pie -Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now,$(f))
comma := ,
CFLAGS  ?=
ALL_CFLAGS  = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Ivault $(OPT) $(WARN) $(HARDEN) $(SAN) $(DEP_CFLAGS) -pthread $(CFLAGS)
ALL_LDFLAGS = $(SAN) -pie -Wl,-z,relro,-z,now -pthread $(LDFLAGS)

LIB_SRC := $(sort $(wildcard vault/*/*.c))
CLI_SRC := $(sort $(wildcard cli/*.c))
UNIT    := $(sort $(wildcard tests/unit/test_*.c))
LIB_OBJ  = $(LIB_SRC:%.c=$(B)/%.o)
CLI_OBJ  = $(CLI_SRC:%.c=$(B)/%.o)
UNIT_BIN = $(UNIT:tests/unit/%.c=$(B)/unit/%)

all: $(B)/evx

$(B)/flags: FORCE
	@mkdir -p $(B)
	@printf '%s\n' "$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)" | cmp -s - $@ || printf '%s\n' "$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)" > $@
$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
$(B)/libevx.a: $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $(LIB_OBJ)
$(B)/evx: $(CLI_OBJ) $(B)/libevx.a
	$(CC) $(ALL_LDFLAGS) -o $@ $(CLI_OBJ) $(B)/libevx.a $(DEP_LIBS)
$(B)/unit/%: tests/unit/%.c $(B)/libevx.a $(B)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests -MMD -MP -o $@ $< $(B)/libevx.a $(ALL_LDFLAGS) $(DEP_LIBS) -lcmocka

unit: $(UNIT_BIN)
	@for t in $(UNIT_BIN); do echo "# $$t"; $$t || exit 1; done

FORCE:
.PHONY: all unit FORCE
-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(UNIT_BIN:=.d)
