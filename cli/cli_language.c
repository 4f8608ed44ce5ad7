/* The language of what people read: which one, and where its texts are. */
#include "cli_language.h"

#include <libintl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evx.h"

#define DOMAIN "evx"
#define PATH_CAP 4096
#define LABEL_CAP 128

static const struct language {
	const char *name;
	bool leftward;
} languages[] = { { "en", false }, { "fr", false }, { "es", false }, { "ar", true } };

static const struct language *current = &languages[0];
static bool is_paused;

static const struct language *find(const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
		if (strlen(languages[i].name) == n && memcmp(languages[i].name, name, n) == 0)
			return &languages[i];
	return NULL;
}

/* ---- Where the texts are */

/* Who may have written what evx reads. */
static bool is_trusted(const char *path, uid_t owner, bool directory)
{
	struct stat st;

	return lstat(path, &st) == 0 && (directory ? S_ISDIR(st.st_mode) : S_ISREG(st.st_mode)) &&
		(st.st_uid == 0 || st.st_uid == owner || st.st_uid == geteuid()) &&
		(st.st_mode & S_IWOTH) == 0;
}

/* Whether dir/lang/LC_MESSAGES/evx.mo is there, and nobody else can have put it there. */
static bool is_installed(const char *dir, const char *lang, uid_t owner)
{
	char path[PATH_CAP + 64];
	size_t i;
	const char *const below[] = { "", "/", "/LC_MESSAGES", "/" DOMAIN ".mo" };
	size_t at = (size_t)snprintf(path, sizeof(path), "%s", dir);

	for (i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		at += (size_t)snprintf(
			path + at, sizeof(path) - at, "%s%s", below[i], i == 1 ? lang : "");
		if (at >= sizeof(path) || !is_trusted(path, owner, i < 3))
			return false;
	}
	return true;
}

/* The directory of texts that belongs to this program: ../share/locale for one in a directory bin,
 * else locale beside it, as it is built. */
static bool directory(char dir[PATH_CAP], uid_t *owner)
{
	static const char installed[] = "/share/locale", built[] = "/locale";
	struct stat st;
	ssize_t n = readlink("/proc/self/exe", dir, PATH_CAP - sizeof(installed));
	char *slash;

	if (n <= 0 || n >= (ssize_t)(PATH_CAP - sizeof(installed)))
		return false;
	dir[n] = '\0';
	if (stat(dir, &st) != 0 || (slash = strrchr(dir, '/')) == NULL)
		return false;
	*owner = st.st_uid;
	*slash = '\0';
	if ((slash = strrchr(dir, '/')) != NULL && strcmp(slash, "/bin") == 0)
		memcpy(slash, installed, sizeof(installed));
	else
		memcpy(dir + strlen(dir), built, sizeof(built));
	return true;
}

/* ---- Which language */

/* gettext looks for translations only in a locale other than C; which one does not matter, since
 * LANGUAGE decides. */
static bool any_locale(const char *lang)
{
	const char *const names[] = { "C.UTF-8", "C.utf8", "en_US.UTF-8", lang, "" };
	const char *set;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		set = setlocale(LC_MESSAGES, names[i]);
		if (set != NULL && strcmp(set, "C") != 0 && strcmp(set, "POSIX") != 0)
			return true;
	}
	return false;
}

/* The header of the texts says which language they are in. Reading it loads them. */
static bool are_of(const char *lang)
{
	static const char mark[] = "\nLanguage: ";
	const char *header = gettext(""), *at = strstr(header, mark);

	return at != NULL && strncmp(at + sizeof(mark) - 1, lang, strlen(lang)) == 0;
}

static const char *translate(const char *text)
{
	return gettext(text);
}

static void none(void)
{
	(void)setlocale(LC_MESSAGES, "C");
	evx_told_by(NULL);
	current = &languages[0];
}

bool cli_language_use(const char *lang)
{
	const struct language *before = current, *l = find(lang, strlen(lang));
	char dir[PATH_CAP];
	uid_t owner;

	if (l == NULL)
		return false;
	if (l == &languages[0]) {
		none();
		return true;
	}
	if (!directory(dir, &owner) || !is_installed(dir, l->name, owner))
		return false;
	/* One of four words, so that it leads to no other directory. */
	if (setenv("LANGUAGE", l->name, 1) != 0 || !any_locale(l->name) ||
		bindtextdomain(DOMAIN, dir) == NULL ||
		bind_textdomain_codeset(DOMAIN, "UTF-8") == NULL || textdomain(DOMAIN) == NULL ||
		!are_of(l->name)) {
		if (before == &languages[0])
			none();
		else
			(void)setenv("LANGUAGE", before->name, 1);
		return false;
	}
	current = l;
	evx_told_by(translate);
	return true;
}

/* The first locale that is named. Those of another encoding than UTF-8 have no texts here. */
static const char *locale_name(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *value = NULL, *encoding;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = getenv(names[i]);
		if (value != NULL && value[0] != '\0')
			break;
		value = NULL;
	}
	if (value == NULL)
		return NULL;
	encoding = strchr(value, '.');
	if (encoding != NULL && strncasecmp(encoding, ".utf-8", 6) != 0 &&
		strncasecmp(encoding, ".utf8", 5) != 0)
		return NULL;
	return strcmp(value, "POSIX") == 0 || strcmp(value, "C") == 0 ||
			strncmp(value, "C.", 2) == 0 ?
		NULL :
		value;
}

void cli_language_start(void)
{
	const char *locale = locale_name(), *list = getenv("LANGUAGE");
	const struct language *l = NULL;
	size_t n;

	if (locale == NULL)
		return;
	for (; list != NULL && *list != '\0' && l == NULL; list += list[n] == ':' ? n + 1 : n) {
		n = strcspn(list, ":");
		l = find(list, strcspn(list, "_.@:"));
	}
	if (l == NULL)
		l = find(locale, strcspn(locale, "_.@"));
	if (l != NULL)
		(void)cli_language_use(l->name);
}

bool cli_language_is_known(const char *lang)
{
	return find(lang, strlen(lang)) != NULL;
}

void cli_language_pause(bool paused)
{
	is_paused = paused;
}

static bool is_english(void)
{
	return is_paused || current == &languages[0];
}

const char *cli_language(void)
{
	return is_paused ? languages[0].name : current->name;
}

bool cli_language_leftward(void)
{
	return !is_paused && current->leftward;
}

const char *cli_language_of(const char *text)
{
	return text == NULL || text[0] == '\0' || is_english() ? text : gettext(text);
}

const char *cli_language_meant(const char *key, const char *text)
{
	const char *told = is_english() ? key : gettext(key);

	return told == key ? text : told;
}

const char *cli_language_label(const char *text)
{
	char key[LABEL_CAP];

	if (text[0] == '\0' || snprintf(key, sizeof(key), "label\004%s", text) >= (int)sizeof(key))
		return text;
	return cli_language_meant(key, text);
}

const char *cli_language_number(const char *one, const char *many, unsigned long n)
{
	if (is_english())
		return n == 1 ? one : many;
	return ngettext(one, many, n);
}

bool cli_language_is_yes(const char *answer, size_t n)
{
	const char *letters = _("yY");
	size_t wide;

	for (; *letters != '\0'; letters += wide) {
		for (wide = 1; ((unsigned char)letters[wide] & 0xc0) == 0x80;)
			wide++;
		if (n >= wide && memcmp(answer, letters, wide) == 0)
			return true;
	}
	return false;
}
