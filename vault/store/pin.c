/* What a machine remembers of the logs it has seen (format-spec/vault.md "Log"): `vaults/UUID` in its home, one line "NUMBER HASH". */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "base/io.h"
#include "format/decimal.h"
#include "format/text.h"
#include "store/vault_inner.h"

#define PIN_MAX 128u

enum evx_err evx_pin_read(int pins, const char *uuid, uint32_t *entries, uint8_t head[32], bool *there, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	const char *space;
	uint64_t v;
	enum evx_err err = evx_place_read(pins, uuid, PIN_MAX, &text, NULL);

	*entries = 0;
	*there = err == EVX_OK;
	if (err == EVX_E_NOT_FOUND)
		return EVX_OK;
	if (err != EVX_OK)
		return evx_diag_in(diag, uuid, evx_fail(diag, err, "vault: what this machine remembers of it cannot be read"));
	space = memchr(text.data, ' ', text.len);
	if (space == NULL || text.data[text.len - 1] != '\n' || !evx_decimal_parse(text.data, (size_t)(space - (const char *)text.data), &v) ||
		v == 0 || v > EVX_VAULT_ENTRIES_MAX ||
		evx_hex_decode(space + 1, (size_t)((const char *)text.data + text.len - 1 - (space + 1)), head, 32) != EVX_OK)
		err = evx_diag_in(diag, uuid, evx_fail(diag, EVX_E_CORRUPT, "vault: expected a number and a hash remembered of it, found something else"));
	else
		*entries = (uint32_t)v;
	evx_buf_free(&text);
	return err;
}

enum evx_err evx_pin_write(int pins, const char *uuid, uint32_t entries, const uint8_t head[32], struct evx_diag *diag)
{
	char text[PIN_MAX], hex[65];
	uint32_t known;
	uint8_t other[32];
	bool there;
	int n, r;
	enum evx_err err;

	do
		r = flock(pins, LOCK_EX);
	while (r != 0 && errno == EINTR);
	if (r != 0)
		return evx_fail_errno(diag, uuid, "vault: what this machine remembers cannot be locked");
	err = evx_pin_read(pins, uuid, &known, other, &there, diag);
	if (err == EVX_OK && known < entries) {
		evx_hex_encode(head, 32, hex);
		n = snprintf(text, sizeof text, "%u %s\n", (unsigned)entries, hex);
		struct evx_diag why = { 0 };

		err = evx_replace_file(pins, uuid, 0600, text, (size_t)n, &why);
		if (err == EVX_E_IO && (why.sys_errno == EROFS || why.sys_errno == EACCES || why.sys_errno == EPERM))
			err = EVX_OK;
		else if (err != EVX_OK)
			err = evx_diag_in(diag, uuid, evx_fail(diag, err, "vault: this machine cannot remember it: %s", why.text));
	}
	(void)flock(pins, LOCK_UN);
	return err;
}
