#include "people.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/test_hooks.h"
#include "crypto/hash.h"
#include "custody/card.h"

static const char *vector = "start"; /* the one being made, for messages */

void must(enum evx_err err, const struct evx_diag *diag, const char *what)
{
	if (err == EVX_OK)
		return;
	fprintf(stderr, "vectors-generate: %s: %s: %s %s\n", vector, what, evx_err_name(err),
		diag != NULL ? diag->text : "");
	exit(1);
}

static struct evx_secret *fixed_secret(uint8_t byte)
{
	struct evx_secret *s = evx_secret_new(32);

	must(s != NULL ? EVX_OK : EVX_E_MEMORY, NULL, "a fixed secret");
	memset(evx_secret_writable(s), byte, 32);
	return s;
}

static void signing_public(struct person *p)
{
	struct evx_buf block = EVX_BUF_INIT;
	struct evx_secret *again = NULL;

	MUST(evx_sshkey_private_encode(p->signing, p->name, &block));
	MUST(evx_sshkey_private_decode(block.data, block.len, &again, &p->signing_pub, NULL));
	evx_secret_free(again);
	evx_buf_free(&block);
}

void people_make(struct person people[PEOPLE])
{
	static const char *const names[PEOPLE] = { "officer", "lab", "room", "stranger" };

	for (int i = 0; i < PEOPLE; i++) {
		struct person *p = &people[i];

		memset(p, 0, sizeof(*p));
		p->name = names[i];
		p->encryption = fixed_secret((uint8_t)(0x11 + i));
		p->signing = fixed_secret((uint8_t)(0x21 + i));
		MUST(evx_age_public(p->encryption, p->encryption_pub));
		signing_public(p);
		p->signer = evx_signer_of_seed(p->signing, &p->signing_pub);
		(void)snprintf(
			p->card.person, sizeof(p->card.person), "The %s of the vectors", p->name);
		(void)snprintf(p->card.organisation, sizeof(p->card.organisation), "Test");
		memcpy(p->card.country, "ZZ", 3);
		p->card.created = VECTORS_TIME;
		MUST(evx_age_recipient_encode(p->encryption_pub, p->card.encryption));
		MUST(evx_sshkey_encode(&p->signing_pub, p->card.signing));
	}
}

void people_free(struct person people[PEOPLE])
{
	for (int i = 0; i < PEOPLE; i++) {
		evx_secret_free(people[i].encryption);
		evx_secret_free(people[i].signing);
	}
}

static char *join(const char *dir, const char *name)
{
	char *path = NULL;

	must(asprintf(&path, "%s/%s", dir, name) >= 0 ? EVX_OK : EVX_E_MEMORY, NULL, name);
	return path;
}

char *make_dir(const char *dir, const char *name, unsigned mode)
{
	char *path = join(dir, name);

	if (mkdir(path, (mode_t)mode) != 0 && errno != EEXIST)
		must(EVX_E_IO, NULL, path);
	return path;
}

void write_file(const char *dir, const char *name, unsigned mode, const void *p, size_t n)
{
	char *path = join(dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, (mode_t)mode);

	must(fd >= 0 ? evx_write_full(fd, p, n, path, NULL) : EVX_E_IO, NULL, path);
	MUST(evx_close(&fd, path, NULL));
	free(path);
}

void people_write(struct person people[PEOPLE], const char *dir)
{
	for (int i = 0; i < PEOPLE; i++) {
		struct person *p = &people[i];
		struct evx_buf text = EVX_BUF_INIT;
		char *home = make_dir(dir, p->name, 0700),
		     *all = make_dir(home, "identities", 0700), *own = make_dir(all, p->name, 0700);
		char name[32];

		seed_for(p->name);
		MUST(evx_card_sign(&p->card, &p->signer, &text, NULL));
		write_file(own, "card", 0644, text.data, text.len);
		(void)snprintf(name, sizeof(name), "%s.card", p->name);
		write_file(dir, name, 0644, text.data, text.len);
		evx_buf_reset(&text);
		MUST(evx_age_identity_encode(p->encryption, &text));
		write_file(own, "encryption.txt", 0600, text.data, text.len);
		evx_buf_reset(&text);
		MUST(evx_sshkey_private_encode(p->signing, p->name, &text));
		write_file(own, "signing.key", 0600, text.data, text.len);
		evx_buf_free(&text);
		free(own);
		free(all);
		free(home);
	}
}

void seed_for(const char *name)
{
	char text[128];
	uint8_t seed[32];
	int n = snprintf(text, sizeof(text), "evx-vector/1%s", name);

	vector = name;
	evx_sha256(text, (size_t)n, seed);
	evx_random_test_seed(seed);
}
