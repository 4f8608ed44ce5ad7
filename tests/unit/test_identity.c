/* The identity home: identities and cards, and what age and ssh-keygen make of them. */
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/sshsig.h"
#include "custody/cards.h"
#include "custody/identity.h"
#include "soon.h"
#include "tools.h"

#define LOG_N 4u /* a test is no attacker */
#define NOW 1735787045

static struct evx_secret *secret(const char *s)
{
	struct evx_secret *out = evx_secret_copy(s, strlen(s));

	assert_non_null(out);
	return out;
}

static struct evx_card someone(void)
{
	struct evx_card who;

	memset(&who, 0, sizeof(who));
	strcpy(who.person, "Ann Example");
	strcpy(who.organisation, "Office");
	strcpy(who.country, "NL");
	who.created = NOW;
	return who;
}

static void make(
	int home, const char *name, const struct evx_secret *passphrase, struct evx_card *card)
{
	struct evx_card who = someone();
	struct evx_diag diag = { 0 };

	assert_int_equal(evx_crypto_init(NULL), EVX_OK);
	if (evx_identity_create(home, name, &who, (struct evx_protection){ passphrase, LOG_N },
		    NULL, card, &diag) != EVX_OK)
		fail_msg("%s", diag.text);
}

static void names(void **state)
{
	static const char *const bad[] = { "", ".", "..", ".x", "a/b", "a b", "\xc3\xa9",
		"0123456789012345678901234567890123456789012345678901234567890123x" };
	struct evx_card who = someone(), card;
	struct tool_dir d;
	size_t i;

	(void)state;
	tool_dir_open(&d);
	assert_true(evx_identity_name_valid("A-z_0.9"));
	assert_true(evx_identity_name_valid(
		"0123456789012345678901234567890123456789012345678901234567890123"));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(evx_identity_name_valid(bad[i]));
		assert_int_equal(evx_identity_create(d.fd, bad[i], &who,
					 (struct evx_protection){ NULL, 0 }, NULL, NULL, NULL),
			EVX_E_USAGE);
		assert_int_equal(evx_identity_card(d.fd, bad[i], &card, NULL, NULL), EVX_E_USAGE);
		assert_int_equal(
			evx_identity_import(d.fd, bad[i], "x", 1, NULL, NULL), EVX_E_USAGE);
	}
	tool_dir_close(&d);
}

static void made_and_unlocked(void **state)
{
	struct evx_secret *right, *wrong;
	struct evx_identity id;
	struct evx_card card, again, who = someone();
	struct evx_signer signer;
	enum evx_identity_kind kind;
	evx_identity_name *list;
	struct tool_dir d;
	struct stat st;
	size_t n;

	(void)state;
	assert_int_equal(evx_crypto_init(NULL), EVX_OK);
	tool_dir_open(&d);
	right = secret("open sesame");
	wrong = secret("open barley");
	assert_int_equal(evx_identity_list(d.fd, &list, &n, NULL), EVX_OK);
	assert_int_equal(n, 0);
	make(d.fd, "mine", right, &card);
	make(d.fd, "bare", NULL, NULL);
	assert_int_equal(evx_identity_create(d.fd, "mine", &who, (struct evx_protection){ NULL, 0 },
				 NULL, NULL, NULL),
		EVX_E_EXISTS);
	assert_int_equal(evx_identity_list(d.fd, &list, &n, NULL), EVX_OK);
	assert_int_equal(n, 2);
	assert_string_equal(list[0], "bare");
	assert_string_equal(list[1], "mine");
	free(list);
	assert_int_equal(evx_identity_card(d.fd, "mine", &again, &kind, NULL), EVX_OK);
	assert_int_equal(kind, EVX_IDENTITY_PROTECTED);
	assert_memory_equal(&card, &again, sizeof(card));
	assert_int_equal(evx_identity_card(d.fd, "nobody", &again, &kind, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(evx_identity_unlock(d.fd, "mine", NULL, &id, NULL), EVX_E_KEY);
	assert_int_equal(evx_identity_unlock(d.fd, "mine", wrong, &id, NULL), EVX_E_KEY);
	assert_null(id.signing);
	assert_int_equal(evx_identity_unlock(d.fd, "mine", right, &id, NULL), EVX_OK);
	assert_int_equal(evx_identity_signer(&id, &signer, NULL), EVX_OK);
	assert_true(evx_sshkey_equal(&signer.pub, &id.signing_pub));
	evx_identity_lock(&id);
	assert_null(id.encryption);
	assert_int_equal(evx_identity_unlock(d.fd, "bare", NULL, &id, NULL), EVX_OK);
	evx_identity_lock(&id);
	evx_identity_lock(NULL);
	assert_int_equal(fstatat(d.fd, "identities", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(fstatat(d.fd, "identities/mine", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(fstatat(d.fd, "identities/mine/signing.age", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	evx_secret_free(right);
	evx_secret_free(wrong);
	tool_dir_close(&d);
}

static void secrets_others_can_read(void **state)
{
	static const char *const files[] = { "identities/bare/encryption.txt",
		"identities/bare/signing.key" };
	struct evx_diag diag = { 0 };
	struct evx_identity id;
	struct tool_dir d;
	size_t i;

	(void)state;
	tool_dir_open(&d);
	make(d.fd, "bare", NULL, NULL);
	for (i = 0; i < 2; i++) {
		evx_diag_clear(&diag);
		assert_int_equal(fchmodat(d.fd, files[i], 0640, 0), 0);
		assert_int_equal(evx_identity_unlock(d.fd, "bare", NULL, &id, &diag), EVX_E_KEY);
		assert_non_null(strstr(diag.text, "0640"));
		assert_int_equal(fchmodat(d.fd, files[i], 0601, 0), 0);
		assert_int_equal(evx_identity_unlock(d.fd, "bare", NULL, &id, NULL), EVX_E_KEY);
		assert_int_equal(fchmodat(d.fd, files[i], 0400, 0), 0);
		assert_int_equal(evx_identity_unlock(d.fd, "bare", NULL, &id, NULL), EVX_OK);
		evx_identity_lock(&id);
	}
	tool_dir_close(&d);
}

static void files_that_do_not_fit(void **state)
{
	struct evx_identity id;
	struct tool_dir d;

	(void)state;
	tool_dir_open(&d);
	make(d.fd, "a", NULL, NULL);
	make(d.fd, "b", NULL, NULL);
	assert_int_equal(tool_run(&d,
				 "cp -p identities/a/signing.key saved && cp -p "
				 "identities/b/signing.key identities/a/signing.key"),
		0);
	assert_int_equal(evx_identity_unlock(d.fd, "a", NULL, &id, NULL), EVX_E_FORGED);
	assert_int_equal(tool_run(&d,
				 "cp -p saved identities/a/signing.key && cp -p "
				 "identities/b/encryption.txt identities/a/"),
		0);
	assert_int_equal(evx_identity_unlock(d.fd, "a", NULL, &id, NULL), EVX_E_FORGED);
	assert_int_equal(tool_run(&d, "rm identities/a/encryption.txt"), 0);
	assert_int_equal(evx_identity_unlock(d.fd, "a", NULL, &id, NULL), EVX_E_CORRUPT);
	assert_int_equal(tool_run(&d, "ln -s ../b/encryption.txt identities/a/encryption.txt"), 0);
	assert_int_equal(evx_identity_unlock(d.fd, "a", NULL, &id, NULL), EVX_E_IO);
	assert_int_equal(tool_run(&d,
				 "rm identities/a/encryption.txt && mkdir -m 700 "
				 "identities/a/encryption.txt"),
		0);
	assert_int_equal(evx_identity_unlock(d.fd, "a", NULL, &id, NULL), EVX_E_NOT_OURS);
	assert_int_equal(tool_run(&d,
				 "rmdir identities/a/encryption.txt && (umask 077; : > "
				 "identities/a/encryption.txt)"),
		0);
	assert_int_equal(evx_identity_unlock(d.fd, "a", NULL, &id, NULL), EVX_E_CORRUPT);
	assert_int_equal(tool_run(&d,
				 "cd identities/b && cp -p signing.key signing.age && cp -p "
				 "encryption.txt encryption.age"),
		0);
	assert_int_equal(evx_identity_unlock(d.fd, "b", NULL, &id, NULL), EVX_E_CORRUPT);
	assert_int_equal(tool_run(&d,
				 "cd identities && rm -r b && mkdir -m 700 b && cp -p a/card b/ && "
				 "sed -i s/Office/Orifice/ b/card"),
		0);
	assert_int_equal(evx_identity_unlock(d.fd, "b", NULL, &id, NULL), EVX_E_KEY);
	{
		struct evx_card card;

		assert_int_equal(evx_identity_card(d.fd, "b", &card, NULL, NULL), EVX_E_FORGED);
	}
	tool_dir_close(&d);
}

static void passphrase_changed(void **state)
{
	struct evx_secret *one, *two;
	struct evx_identity id;
	enum evx_identity_kind kind;
	struct evx_card card, again;
	struct tool_dir d;

	(void)state;
	assert_int_equal(evx_crypto_init(NULL), EVX_OK);
	tool_dir_open(&d);
	one = secret("one");
	two = secret("two");
	make(d.fd, "x", one, &card);
	assert_int_equal(evx_identity_change_passphrase(
				 d.fd, "x", two, (struct evx_protection){ one, LOG_N }, NULL),
		EVX_E_KEY);
	assert_int_equal(evx_identity_change_passphrase(
				 d.fd, "x", one, (struct evx_protection){ two, LOG_N }, NULL),
		EVX_OK);
	assert_int_equal(evx_identity_unlock(d.fd, "x", one, &id, NULL), EVX_E_KEY);
	assert_int_equal(evx_identity_unlock(d.fd, "x", two, &id, NULL), EVX_OK);
	evx_identity_lock(&id);
	assert_int_equal(evx_identity_change_passphrase(
				 d.fd, "x", two, (struct evx_protection){ NULL, 0 }, NULL),
		EVX_OK);
	assert_int_equal(evx_identity_card(d.fd, "x", &again, &kind, NULL), EVX_OK);
	assert_int_equal(kind, EVX_IDENTITY_OPEN);
	assert_memory_equal(&card, &again, sizeof(card));
	assert_int_equal(evx_identity_change_passphrase(
				 d.fd, "x", NULL, (struct evx_protection){ one, LOG_N }, NULL),
		EVX_OK);
	assert_int_equal(evx_identity_unlock(d.fd, "x", one, &id, NULL), EVX_OK);
	evx_identity_lock(&id);
	/* Nothing of the old ones is left. */
	assert_int_equal(tool_run(&d,
				 "test \"$(ls -A identities)\" = x && test \"$(ls identities/x | "
				 "tr '\\n' ' ')\" = 'card encryption.age signing.age '"),
		0);
	evx_secret_free(one);
	evx_secret_free(two);
	tool_dir_close(&d);
}

/* A change that stopped before its one step leaves the old identity; one that stopped after it, the
 * new one. Both leave a directory that the next change sweeps. */
static void interrupted_change(void **state)
{
	struct evx_secret *one, *two;
	struct evx_identity id;
	struct tool_dir d;
	evx_identity_name *list;
	size_t n;

	(void)state;
	assert_int_equal(evx_crypto_init(NULL), EVX_OK);
	tool_dir_open(&d);
	one = secret("one");
	two = secret("two");
	make(d.fd, "x", one, NULL);
	assert_int_equal(tool_run(&d,
				 "cp -rp identities/x identities/.new-x && rm "
				 "identities/.new-x/signing.age"),
		0);
	assert_int_equal(evx_identity_list(d.fd, &list, &n, NULL), EVX_OK);
	assert_int_equal(n, 1);
	free(list);
	assert_int_equal(evx_identity_unlock(d.fd, "x", one, &id, NULL), EVX_OK);
	evx_identity_lock(&id);
	assert_int_equal(evx_identity_change_passphrase(
				 d.fd, "x", one, (struct evx_protection){ two, LOG_N }, NULL),
		EVX_OK);
	assert_int_equal(evx_identity_unlock(d.fd, "x", two, &id, NULL), EVX_OK);
	evx_identity_lock(&id);
	assert_int_equal(tool_run(&d, "test \"$(ls -A identities)\" = x"), 0);
	/* No room for the new one: the old one stays. */
	assert_int_equal(tool_run(&d, "chmod 500 identities"), 0);
	if (geteuid() != 0) {
		assert_int_equal(evx_identity_change_passphrase(d.fd, "x", two,
					 (struct evx_protection){ one, LOG_N }, NULL),
			EVX_E_IO);
		assert_int_equal(evx_identity_unlock(d.fd, "x", two, &id, NULL), EVX_OK);
		evx_identity_lock(&id);
	}
	assert_int_equal(tool_run(&d, "chmod 700 identities"), 0);
	/* A directory of that name with something foreign in it stops the change, and is left
	 * alone. */
	assert_int_equal(
		tool_run(&d, "mkdir identities/.new-x && touch identities/.new-x/foreign"), 0);
	assert_int_equal(evx_identity_change_passphrase(
				 d.fd, "x", two, (struct evx_protection){ one, LOG_N }, NULL),
		EVX_E_EXISTS);
	assert_int_equal(evx_identity_unlock(d.fd, "x", two, &id, NULL), EVX_OK);
	evx_identity_lock(&id);
	evx_secret_free(one);
	evx_secret_free(two);
	tool_dir_close(&d);
}

/* Killed at any moment of a change, the identity opens with the old passphrase or the new one. */
static void killed_at_any_moment(void **state)
{
	struct evx_secret *one, *two;
	struct evx_identity id;
	struct tool_dir d;
	unsigned i;
	int done[2];
	char one_change;

	(void)state;
	assert_int_equal(evx_crypto_init(NULL), EVX_OK);
	tool_dir_open(&d);
	one = secret("one");
	two = secret("two");
	make(d.fd, "x", one, NULL);
	for (i = 0; i < 40; i++) {
		pid_t child;

		assert_int_equal(pipe(done), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			const struct evx_secret *from = evx_identity_unlock(d.fd, "x", one, &id,
								NULL) == EVX_OK ?
				one :
				two;

			for (;;) {
				const struct evx_secret *to = from == one ? two : one;

				if (evx_identity_change_passphrase(d.fd, "x", from,
					    (struct evx_protection){ to, 1 }, NULL) != EVX_OK)
					_exit(1);
				if (write(done[1], "", 1) != 1)
					_exit(2);
				from = to;
			}
		}
		close(done[1]);
		assert_int_equal(read(done[0], &one_change, 1), 1); /* it does change, and goes on
								     */
		usleep(i * 311);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, &(int){ 0 }, 0), child);
		close(done[0]);
		if (evx_identity_unlock(d.fd, "x", one, &id, NULL) != EVX_OK)
			assert_int_equal(evx_identity_unlock(d.fd, "x", two, &id, NULL), EVX_OK);
		evx_identity_lock(&id);
	}
	evx_secret_free(one);
	evx_secret_free(two);
	tool_dir_close(&d);
}

static void one_change_at_a_time(void **state)
{
	struct evx_card who = someone();
	struct tool_dir d;
	int dir;

	(void)state;
	tool_dir_open(&d);
	make(d.fd, "x", NULL, NULL);
	dir = openat(d.fd, "identities", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(dir >= 0);
	assert_int_equal(flock(dir, LOCK_EX | LOCK_NB), 0);
	soon();
	assert_int_equal(evx_identity_create(d.fd, "y", &who, (struct evx_protection){ NULL, 0 },
				 NULL, NULL, NULL),
		EVX_E_INTERRUPTED);
	soon();
	assert_int_equal(evx_identity_retire(d.fd, "x", NULL, NULL, NOW, NULL), EVX_E_INTERRUPTED);
	close(dir);
	assert_int_equal(evx_identity_retire(d.fd, "x", NULL, NULL, NOW, NULL), EVX_OK);
	tool_dir_close(&d);
}

static void retired(void **state)
{
	struct evx_identity id;
	struct evx_signer signer;
	struct tool_dir d;

	(void)state;
	tool_dir_open(&d);
	make(d.fd, "x", NULL, NULL);
	assert_int_equal(evx_identity_retire(d.fd, "x", NULL, NULL, NOW + 5, NULL), EVX_OK);
	assert_int_equal(evx_identity_retire(d.fd, "x", NULL, NULL, NOW + 6, NULL), EVX_E_EXISTS);
	assert_int_equal(evx_identity_unlock(d.fd, "x", NULL, &id, NULL), EVX_OK);
	assert_true(id.card.is_retired);
	assert_int_equal(id.card.retired, NOW + 5);
	assert_int_equal(id.card.declared, NOW + 5);
	assert_non_null(id.encryption);
	assert_int_equal(evx_identity_signer(&id, &signer, NULL), EVX_E_CUSTODY);
	assert_null(signer.sign);
	evx_identity_lock(&id);
	tool_dir_close(&d);
}

/* In a backup each armored file begins with its whole first line. */
static void other_first_lines(int home, struct evx_buf *text, const struct evx_secret *pass)
{
	static const char first[] = "-----BEGIN AGE ENCRYPTED FILE-----\n";
	const size_t n = sizeof(first) - 1, changed[] = { 0, n - 2, n - 1 };
	size_t files = 0;

	for (size_t at = 0; at + n <= text->len; at++) {
		if (memcmp(text->data + at, first, n) != 0)
			continue;
		files++;
		for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++) {
			struct evx_diag why = { 0 };

			text->data[at + changed[i]] ^= 1;
			assert_int_equal(evx_identity_import(
						 home, "first", text->data, text->len, pass, &why),
				EVX_E_CORRUPT);
			assert_non_null(strstr(why.text, "armored age file, found something else"));
			text->data[at + changed[i]] ^= 1;
		}
	}
	assert_int_equal(files, 2);
}

static void carried_away_and_back(void **state)
{
	struct evx_secret *pass, *wrong;
	struct evx_buf text = EVX_BUF_INIT, open_text = EVX_BUF_INIT, more = EVX_BUF_INIT;
	struct evx_identity id;
	enum evx_identity_kind kind;
	struct evx_card card, again;
	struct tool_dir d;
	size_t i;

	(void)state;
	assert_int_equal(evx_crypto_init(NULL), EVX_OK);
	tool_dir_open(&d);
	pass = secret("pass");
	wrong = secret("wrong");
	make(d.fd, "x", pass, &card);
	make(d.fd, "bare", NULL, NULL);
	assert_int_equal(
		evx_identity_backup(d.fd, "x", (struct evx_protection){ NULL, 0 }, &text, NULL),
		EVX_OK);
	assert_int_equal(evx_identity_backup(d.fd, "bare", (struct evx_protection){ NULL, 0 },
				 &open_text, NULL),
		EVX_E_USAGE);
	assert_int_equal(open_text.len, 0);
	assert_int_equal(evx_identity_backup(d.fd, "bare", (struct evx_protection){ pass, LOG_N },
				 &open_text, NULL),
		EVX_OK);
	assert_int_equal(
		evx_identity_import(d.fd, "x", text.data, text.len, pass, NULL), EVX_E_EXISTS);
	assert_int_equal(
		evx_identity_import(d.fd, "y", text.data, text.len, wrong, NULL), EVX_E_KEY);
	assert_int_equal(
		evx_identity_import(d.fd, "y", text.data, text.len, NULL, NULL), EVX_E_KEY);
	assert_int_equal(evx_identity_card(d.fd, "y", &again, &kind, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(evx_identity_import(d.fd, "y", text.data, text.len, pass, NULL), EVX_OK);
	assert_int_equal(
		evx_identity_import(d.fd, "z", open_text.data, open_text.len, pass, NULL), EVX_OK);
	assert_int_equal(evx_identity_unlock(d.fd, "y", pass, &id, NULL), EVX_OK);
	assert_memory_equal(&id.card, &card, sizeof(card));
	evx_identity_lock(&id);
	for (i = 0; i < text.len; i += 7) {
		char name[32];
		enum evx_err err;

		snprintf(name, sizeof(name), "cut%zu", i);
		err = evx_identity_import(d.fd, name, text.data, i, pass, NULL);
		if (err == EVX_OK) { /* exactly the card */
			assert_int_equal(
				evx_identity_card(d.fd, name, &again, &kind, NULL), EVX_OK);
			assert_int_equal(kind, EVX_IDENTITY_CARD_ONLY);
		}
	}
	assert_int_equal(evx_identity_import(d.fd, "cut", text.data, text.len - 1, pass, NULL),
		EVX_E_TRUNCATED);
	other_first_lines(d.fd, &text, pass);
	assert_int_equal(evx_buf_add(&more, text.data, text.len), EVX_OK);
	assert_int_equal(evx_buf_adds(&more, "x"), EVX_OK);
	assert_int_equal(
		evx_identity_import(d.fd, "more", more.data, more.len, pass, NULL), EVX_E_CORRUPT);
	evx_buf_free(&text);
	evx_buf_free(&open_text);
	evx_buf_free(&more);
	evx_secret_free(pass);
	evx_secret_free(wrong);
	tool_dir_close(&d);
}

static void card_alone(void **state)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_identity_kind kind;
	struct evx_identity id;
	struct evx_card card;
	struct tool_dir d;

	(void)state;
	tool_dir_open(&d);
	make(d.fd, "x", NULL, NULL);
	tool_get(&d, "identities/x/card", &text);
	assert_int_equal(
		evx_identity_import(d.fd, "there", text.data, text.len, NULL, NULL), EVX_OK);
	assert_int_equal(evx_identity_card(d.fd, "there", &card, &kind, NULL), EVX_OK);
	assert_int_equal(kind, EVX_IDENTITY_CARD_ONLY);
	assert_int_equal(evx_identity_unlock(d.fd, "there", NULL, &id, NULL), EVX_E_KEY);
	assert_int_equal(
		evx_identity_backup(d.fd, "there", (struct evx_protection){ NULL, 0 }, &text, NULL),
		EVX_E_KEY);
	assert_int_equal(evx_identity_import(d.fd, "bad", text.data, text.len - 1, NULL, NULL),
		EVX_E_TRUNCATED);
	/* What was not opened is not closed: the number 0 least of all. */
	assert_int_not_equal(fcntl(0, F_GETFD), -1);
	text.data[20] ^= 1;
	assert_int_not_equal(
		evx_identity_import(d.fd, "bad", text.data, text.len, NULL, NULL), EVX_OK);
	evx_buf_free(&text);
	tool_dir_close(&d);
}

static void stock_tools(void **state)
{
	struct evx_card card;
	struct evx_secret *pass;
	struct tool_dir d;
	char fingerprint[EVX_FINGERPRINT_CAP], command[400];

	(void)state;
	tool_needed("ssh-keygen");
	tool_needed("age");
	tool_dir_open(&d);
	make(d.fd, "x", NULL, &card);
	assert_int_equal(evx_card_fingerprint(&card, fingerprint, NULL), EVX_OK);
	snprintf(command, sizeof(command),
		"ssh-keygen -l -f identities/x/signing.key | grep -F '%s'", fingerprint);
	assert_int_equal(tool_run(&d, command), 0);
	snprintf(command, sizeof(command),
		"echo hello | age -r %s > secret.age && test \"$(age -d -i "
		"identities/x/encryption.txt secret.age)\" = hello",
		card.encryption);
	assert_int_equal(tool_run(&d, command), 0);
	/* The card verifies with ssh-keygen alone. */
	snprintf(command, sizeof(command),
		"echo 'me %s' > allowed && head -n 1 identities/x/card > json && tail -n +2 "
		"identities/x/card > sig && "
		"ssh-keygen -Y verify -f allowed -I me -n evx-card/1 -s sig < json",
		card.signing);
	assert_int_equal(tool_run(&d, command), 0);
	/* age asks for a passphrase on a terminal only; script gives it one. What was typed before
	 * the question counts. */
	pass = secret("pass");
	make(d.fd, "locked", pass, NULL);
	evx_secret_free(pass);
	if (tool_run(&d, "command -v script >/dev/null") != 0)
		print_message("skipped: no script on PATH: age is not asked to open a file with a "
			      "passphrase\n");
	else
		assert_int_equal(tool_run(&d,
					 "echo pass | script -qec 'age -d -o plain "
					 "identities/locked/encryption.age' /dev/null && "
					 "grep -q '^AGE-SECRET-KEY-1' plain"),
			0);
	tool_dir_close(&d);
}

static void lists_of_cards(void **state)
{
	struct evx_cards cards;
	struct evx_card card, other, added;
	struct evx_buf text = EVX_BUF_INIT, retired_text = EVX_BUF_INIT, other_text = EVX_BUF_INIT;
	char fingerprint[EVX_FINGERPRINT_CAP];
	struct tool_dir d;

	(void)state;
	tool_dir_open(&d);
	make(d.fd, "x", NULL, &card);
	make(d.fd, "o", NULL, &other);
	tool_get(&d, "identities/x/card", &text);
	tool_get(&d, "identities/o/card", &other_text);
	assert_int_equal(evx_cards_load(d.fd, EVX_CARDS_KNOWN, &cards, NULL), EVX_OK);
	assert_int_equal(cards.n, 0);
	assert_int_equal(
		evx_cards_add(d.fd, EVX_CARDS_KNOWN, text.data, text.len, &added, NULL), EVX_OK);
	assert_memory_equal(&added, &card, sizeof(card));
	assert_int_equal(
		evx_cards_add(d.fd, EVX_CARDS_KNOWN, text.data, text.len, NULL, NULL), EVX_OK);
	assert_int_equal(
		evx_cards_add(d.fd, EVX_CARDS_ALWAYS, other_text.data, other_text.len, NULL, NULL),
		EVX_OK);
	assert_int_equal(evx_cards_load(d.fd, EVX_CARDS_KNOWN, &cards, NULL), EVX_OK);
	assert_int_equal(cards.n, 1);
	assert_ptr_equal(evx_cards_find(&cards, card.signing), &cards.at[0]);
	assert_null(evx_cards_find(&cards, other.signing));
	evx_cards_free(&cards);
	assert_int_equal(evx_cards_load(d.fd, EVX_CARDS_ALWAYS, &cards, NULL), EVX_OK);
	assert_int_equal(cards.n, 1);
	assert_string_equal(cards.at[0].signing, other.signing);
	evx_cards_free(&cards);
	/* A bad one behind a good one: neither counts. */
	assert_int_equal(
		evx_cards_add(d.fd, EVX_CARDS_KNOWN, other_text.data, other_text.len, NULL, NULL),
		EVX_OK);
	assert_int_equal(
		tool_run(&d, "f=$(ls cards | tail -n 1) && cp cards/$f kept && echo >cards/$f"), 0);
	assert_int_equal(evx_cards_load(d.fd, EVX_CARDS_KNOWN, &cards, NULL), EVX_E_NOT_OURS);
	assert_int_equal(cards.n, 0);
	assert_int_equal(tool_run(&d, "cp kept cards/$(ls cards | tail -n 1)"), 0);
	assert_int_equal(evx_card_fingerprint(&other, fingerprint, NULL), EVX_OK);
	assert_int_equal(evx_cards_remove(d.fd, EVX_CARDS_KNOWN, fingerprint, NULL), EVX_OK);
	/* A retired card replaces; it is not replaced by the older one. */
	assert_int_equal(evx_identity_retire(d.fd, "x", NULL, NULL, NOW, NULL), EVX_OK);
	tool_get(&d, "identities/x/card", &retired_text);
	assert_int_equal(evx_cards_add(d.fd, EVX_CARDS_KNOWN, retired_text.data, retired_text.len,
				 NULL, NULL),
		EVX_OK);
	assert_int_equal(evx_cards_add(d.fd, EVX_CARDS_KNOWN, text.data, text.len, &added, NULL),
		EVX_E_CUSTODY);
	assert_string_equal(added.person, "");
	assert_int_equal(evx_cards_load(d.fd, EVX_CARDS_KNOWN, &cards, NULL), EVX_OK);
	assert_true(cards.n == 1 && cards.at[0].is_retired);
	evx_cards_free(&cards);
	text.data[text.len / 2] ^= 1;
	assert_int_not_equal(
		evx_cards_add(d.fd, EVX_CARDS_KNOWN, text.data, text.len, NULL, NULL), EVX_OK);
	/* Another's card under this one's name, then a broken one. */
	assert_int_equal(tool_run(&d, "cp identities/o/card cards/$(ls cards)"), 0);
	assert_int_equal(evx_cards_load(d.fd, EVX_CARDS_KNOWN, &cards, NULL), EVX_E_FORGED);
	assert_int_equal(cards.n, 0);
	assert_int_equal(tool_run(&d, "echo > cards/$(ls cards)"), 0);
	assert_int_equal(evx_cards_load(d.fd, EVX_CARDS_KNOWN, &cards, NULL), EVX_E_NOT_OURS);
	assert_int_equal(evx_card_fingerprint(&card, fingerprint, NULL), EVX_OK);
	assert_int_equal(evx_cards_remove(d.fd, EVX_CARDS_KNOWN, "SHA256:x", NULL), EVX_E_USAGE);
	assert_int_equal(evx_cards_remove(d.fd, EVX_CARDS_KNOWN, "MD5:x", NULL), EVX_E_USAGE);
	assert_int_equal(evx_cards_remove(d.fd, EVX_CARDS_KNOWN, fingerprint, NULL), EVX_OK);
	assert_int_equal(
		evx_cards_remove(d.fd, EVX_CARDS_KNOWN, fingerprint, NULL), EVX_E_NOT_FOUND);
	evx_buf_free(&text);
	evx_buf_free(&retired_text);
	evx_buf_free(&other_text);
	tool_dir_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names),
		cmocka_unit_test(made_and_unlocked), cmocka_unit_test(secrets_others_can_read),
		cmocka_unit_test(files_that_do_not_fit), cmocka_unit_test(passphrase_changed),
		cmocka_unit_test(interrupted_change), cmocka_unit_test(killed_at_any_moment),
		cmocka_unit_test(one_change_at_a_time), cmocka_unit_test(retired),
		cmocka_unit_test(carried_away_and_back), cmocka_unit_test(card_alone),
		cmocka_unit_test(stock_tools), cmocka_unit_test(lists_of_cards) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
