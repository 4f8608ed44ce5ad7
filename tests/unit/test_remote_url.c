/* URLs of remotes, and names of objects. */
#include "remote/remote_url.h"

#include "remote/remote_name.h"

#include "testdata.h"

static void test_names(void **state)
{
	static const char *const good[] = { "evx-remote.txt", "packs/ab/0123", "test/0", "a",
		"inbox/x/0-1", "a/b/c/d", "a.part-0" };
	static const char *const bad[] = { "", "/", "a/", "/a", "a//b", "A", "a/.", "..", "a/..",
		"-a", ".a", "a.", "a./b", "a_b", "a b", "a/b/c/d/e", "\xc3\xa4", "a\nb", "a/-" };
	char longest[82];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(evx_remote_name_valid(good[i], strlen(good[i])));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(evx_remote_name_valid(bad[i], strlen(bad[i])));
	memset(longest, 'a', sizeof(longest));
	assert_true(evx_remote_name_valid(longest, 80));
	assert_false(evx_remote_name_valid(longest, 81));
}

static void parse(const char *text, struct evx_remote_url *out)
{
	struct evx_diag diag = { 0 };

	assert_int_equal(evx_remote_url_parse(text, out, &diag), EVX_OK);
}

static void test_dir(void **state)
{
	struct evx_remote_url u;

	(void)state;
	parse("dir:/media/my stick", &u);
	assert_int_equal(u.kind, EVX_REMOTE_DIR);
	assert_string_equal(u.path, "/media/my stick");
}

static void test_sftp(void **state)
{
	struct evx_remote_url u;

	(void)state;
	parse("sftp://me@host.example:2222/srv/evx", &u);
	assert_int_equal(u.kind, EVX_REMOTE_SFTP);
	assert_string_equal(u.user, "me");
	assert_string_equal(u.host, "host.example");
	assert_int_equal(u.port, 2222);
	assert_string_equal(u.path, "/srv/evx");
	parse("sftp://host/~/below/home?config=/etc/x%20y", &u);
	assert_string_equal(u.path, "below/home");
	assert_string_equal(u.config, "/etc/x y");
	assert_int_equal(u.port, 0);
	parse("sftp://host/~", &u);
	assert_string_equal(u.path, "");
	parse("sftp://[fe80::1%eth0]:22/x", &u);
	assert_string_equal(u.host, "fe80::1%eth0");
	assert_int_equal(u.port, 22);
	parse("sftp://host", &u);
	assert_string_equal(u.path, "");
	assert_int_equal(u.patience, 0);
	parse("sftp://host?timeout=3600&config=/x", &u);
	assert_int_equal(u.patience, 3600);
	assert_string_equal(u.config, "/x");
}

static void test_s3(void **state)
{
	struct evx_remote_url u;

	(void)state;
	parse("s3://box", &u);
	assert_int_equal(u.kind, EVX_REMOTE_S3);
	assert_string_equal(u.endpoint, "https://s3.us-east-1.amazonaws.com");
	assert_string_equal(u.path, "");
	parse("s3://box/a/b//?endpoint=http%3A%2F%2F127.0.0.1:9000&region=eu-1&style=virtual&lock="
	      "governance&ca=/ca.pem",
		&u);
	assert_string_equal(u.bucket, "box");
	assert_string_equal(u.path, "a/b");
	assert_string_equal(u.endpoint, "http://127.0.0.1:9000");
	assert_string_equal(u.region, "eu-1");
	assert_true(u.virtual_hosts);
	assert_true(u.governance);
	assert_string_equal(u.ca, "/ca.pem");
	parse("s3://box?style=path&lock=compliance&region=eu-2&timeout=1", &u);
	assert_int_equal(u.patience, 1);
	assert_false(u.virtual_hosts);
	assert_false(u.governance);
	assert_string_equal(u.endpoint, "https://s3.eu-2.amazonaws.com");
}

static void test_exec(void **state)
{
	struct evx_remote_url u;

	(void)state;
	parse("exec:/usr/bin/program?target=here&prefix=a/b%3dc", &u);
	assert_int_equal(u.kind, EVX_REMOTE_EXEC);
	assert_string_equal(u.path, "/usr/bin/program");
	assert_int_equal(u.nsettings, 2);
	assert_string_equal(u.settings[1].name, "prefix");
	assert_string_equal(u.settings[1].value, "a/b=c");
}

static void test_refused(void **state)
{
	static const char *const bad[] = { "", "x", "dir:", "DIR:/x", "file:///x", "http://host/",
		"dir:/a\nb", "sftp://", "sftp:///x", "sftp://me:secret@host/", "sftp://-oX/",
		"sftp://-o@host/", "sftp://host:0/", "sftp://host:65536/", "sftp://host:x/",
		"sftp://host:/", "sftp://host/a b", "sftp://host/a\"b", "sftp://host/a*",
		"sftp://host/~/-x", "sftp://host/a`b", "sftp://[::1/x", "sftp://[::1]x/",
		"sftp://host/?password=x", "sftp://host/?config=x", "sftp://host/?timeout=0",
		"sftp://host/?timeout=3601", "sftp://host/?timeout=", "sftp://host/?timeout=1s",
		"sftp://host/?timeout=-1", "s3://box?timeout=0", "s3://", "s3://A", "s3://ab",
		"s3://-abc", "s3://abc./", "s3://box/a b", "s3://box/a//b", "s3://box?x=y",
		"s3://box?endpoint=host", "s3://box?endpoint=http://host/path",
		"s3://box?endpoint=http://u:p@host", "s3://box?secret_key=x",
		"s3://box?X-Amz-Signature=x", "s3://box?session_token=x", "s3://box?style=x",
		"s3://box?lock=x", "s3://box?ca=x", "s3://box?region", "s3://box?region=%4",
		"s3://box?region=%zz", "s3://box?region=%0a", "exec:", "exec:/x?password=y",
		"exec:/x?=y" };
	struct evx_remote_url u;
	char longest[2100];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (evx_remote_url_parse(bad[i], &u, NULL) != EVX_E_USAGE)
			fail_msg("taken: %s", bad[i]);
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "dir:/", 5);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(evx_remote_url_parse(longest, &u, NULL), EVX_E_USAGE);
	longest[1500] = '\0';
	assert_int_equal(evx_remote_url_parse(longest, &u, NULL), EVX_E_USAGE);
}

/* Everything that a URL says, as one text. */
static void all_of(const struct evx_remote_url *u, char *out, size_t cap)
{
	static const char *const kinds[] = { "dir", "sftp", "s3", "exec" };
	int n = snprintf(out, cap,
		"%s path=%s patience=%u user=%s host=%s port=%u config=%s bucket=%s "
		"endpoint=%s region=%s%s%s ca=%s",
		kinds[u->kind], u->path, u->patience, u->user, u->host, u->port, u->config,
		u->bucket, u->endpoint, u->region, u->virtual_hosts ? " virtual" : "",
		u->governance ? " governance" : "", u->ca);

	for (size_t i = 0; i < u->nsettings; i++)
		n += snprintf(out + n, cap - (size_t)n, " {%s}={%s}", u->settings[i].name,
			u->settings[i].value);
}

#define SFTP(path, patience, user, host, port, config) \
	"sftp path=" path " patience=" patience " user=" user " host=" host " port=" port \
	" config=" config " bucket= endpoint= region= ca="
#define S3(path, patience, bucket, endpoint, region, more, ca) \
	"s3 path=" path " patience=" patience " user= host= port=0 config= bucket=" bucket \
	" endpoint=" endpoint " region=" region more " ca=" ca
#define EXEC(path, settings) \
	"exec path=" path \
	" patience=0 user= host= port=0 config= bucket= endpoint= region= ca=" settings

static void test_all_of_it(void **state)
{
	static const struct {
		const char *url, *says;
	} rows[] = {
		{ "dir:x",
			"dir path=x patience=0 user= host= port=0 config= bucket= endpoint= "
			"region= ca=" },
		{ "sftp://h", SFTP("", "0", "", "h", "0", "") },
		{ "sftp://h/", SFTP("/", "0", "", "h", "0", "") },
		{ "sftp://h/~", SFTP("", "0", "", "h", "0", "") },
		{ "sftp://h/~/", SFTP("", "0", "", "h", "0", "") },
		{ "sftp://h/~/a/b", SFTP("a/b", "0", "", "h", "0", "") },
		{ "sftp://h/~a", SFTP("/~a", "0", "", "h", "0", "") },
		{ "sftp://h/a~", SFTP("/a~", "0", "", "h", "0", "") },
		{ "sftp://h/x/~/a", SFTP("/x/~/a", "0", "", "h", "0", "") },
		{ "sftp://h/a@b:c", SFTP("/a@b:c", "0", "", "h", "0", "") },
		{ "sftp://u.s-e_r+1@h:1/a", SFTP("/a", "0", "u.s-e_r+1", "h", "1", "") },
		{ "sftp://u@h:65535?timeout=1", SFTP("", "1", "u", "h", "65535", "") },
		{ "sftp://[::1]/a", SFTP("/a", "0", "", "::1", "0", "") },
		{ "sftp://u@[::1]:00022/a", SFTP("/a", "0", "u", "::1", "22", "") },
		{ "sftp://h?config=/c&timeout=20", SFTP("", "20", "", "h", "0", "/c") },
		{ "sftp://h/a?timeout=00001&", SFTP("/a", "1", "", "h", "0", "") },
		{ "s3://abc",
			S3("", "0", "abc", "https://s3.us-east-1.amazonaws.com", "us-east-1", "",
				"") },
		{ "s3://abc/",
			S3("", "0", "abc", "https://s3.us-east-1.amazonaws.com", "us-east-1", "",
				"") },
		{ "s3://abc//",
			S3("", "0", "abc", "https://s3.us-east-1.amazonaws.com", "us-east-1", "",
				"") },
		{ "s3://0.a-9/p",
			S3("p", "0", "0.a-9", "https://s3.us-east-1.amazonaws.com", "us-east-1", "",
				"") },
		{ "s3://abc/p/q/",
			S3("p/q", "0", "abc", "https://s3.us-east-1.amazonaws.com", "us-east-1", "",
				"") },
		{ "s3://abc?region=eu-1&timeout=7&ca=/c",
			S3("", "7", "abc", "https://s3.eu-1.amazonaws.com", "eu-1", "", "/c") },
		{ "s3://abc?endpoint=HTTP://h",
			S3("", "0", "abc", "HTTP://h", "us-east-1", "", "") },
		{ "s3://abc?endpoint=https://[::1]:9&style=virtual",
			S3("", "0", "abc", "https://[::1]:9", "us-east-1", " virtual", "") },
		{ "s3://abc?style=virtual&style=path&lock=governance",
			S3("", "0", "abc", "https://s3.us-east-1.amazonaws.com", "us-east-1",
				" governance", "") },
		{ "s3://abc?lock=governance&lock=compliance&style=virtual",
			S3("", "0", "abc", "https://s3.us-east-1.amazonaws.com", "us-east-1",
				" virtual", "") },
		{ "exec:p", EXEC("p", "") },
		{ "exec:/a b/p?", EXEC("/a b/p", "") },
		{ "exec:p?a=", EXEC("p", " {a}={}") },
		{ "exec:p?a=b=c&d_-9=%41%7e%C3%a4", EXEC("p", " {a}={b=c} {d_-9}={A~\303\244}") },
	};
	char found[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct evx_remote_url u;

		memset(&u, 0xa5, sizeof(u));
		parse(rows[i].url, &u);
		all_of(&u, found, sizeof(found));
		if (strcmp(found, rows[i].says) != 0)
			fail_msg("%s:\n%s\n%s", rows[i].url, found, rows[i].says);
	}
}

/* Each character, in each place. */
static void test_characters(void **state)
{
#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
	static const struct {
		const char *before, *behind, *good;
	} places[] = { { "dir:a", "b", NULL },
		{ "sftp://u", "u@h/", LETTERS CAPITALS DIGITS "._-+/" },
		{ "sftp://h", "h/", LETTERS CAPITALS DIGITS "._-%@/" },
		{ "sftp://h/a", "b", LETTERS CAPITALS DIGITS "!#%&()+,-./:=@^_~" },
		{ "s3://a", "bcd", LETTERS DIGITS "-." },
		{ "s3://abc/a", "b", LETTERS CAPITALS DIGITS "._-/" },
		{ "s3://abc?region=a", "b", LETTERS CAPITALS DIGITS "-" },
		{ "s3://abc?endpoint=http://a", "b", LETTERS CAPITALS DIGITS "._-:[]" },
		{ "exec:p?a", "b=c", LETTERS CAPITALS DIGITS "_-=" } };

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		for (int c = 1; c < 256; c++) {
			const bool plain = c >= 0x20 && c != 0x7F;
			struct evx_remote_url u;
			char text[64];

			if (c == '%' && places[i].before[0] != 'd' &&
				strchr(places[i].before, '?') != NULL)
				continue;
			(void)snprintf(text, sizeof(text), "%s%c%s", places[i].before, c,
				places[i].behind);
			if ((evx_remote_url_parse(text, &u, NULL) == EVX_OK) !=
				(places[i].good == NULL ? plain :
							  strchr(places[i].good, c) != NULL))
				fail_msg("character %d: %s", c, text);
		}
}

/* The longest text of each part, and one more. */
static void test_longest(void **state)
{
	static const struct {
		const char *before, *behind;
		size_t most;
	} parts[] = { { "dir:", "", EVX_REMOTE_PATH_CAP - 1 }, { "sftp://", "@h", 63 },
		{ "sftp://", "", EVX_REMOTE_HOST_CAP - 1 },
		{ "sftp://h/~/", "", EVX_REMOTE_PATH_CAP - 1 }, { "sftp://h?config=/", "", 254 },
		{ "s3://", "", 63 }, { "s3://abc/", "", EVX_REMOTE_PATH_CAP - 1 },
		{ "s3://abc?region=", "", 63 }, { "s3://abc?ca=/", "", 254 },
		{ "s3://abc?endpoint=http://", "", 248 }, { "exec:", "", EVX_REMOTE_PATH_CAP - 1 },
		{ "exec:p?", "=", 63 }, { "exec:p?a=", "", 255 } };

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (size_t more = 0; more < 2; more++) {
			const size_t n = parts[i].most + more, from = strlen(parts[i].before);
			struct evx_remote_url u;
			char text[2048];

			assert_true(from + n + strlen(parts[i].behind) < sizeof(text));
			memcpy(text, parts[i].before, from);
			memset(text + from, 'a', n);
			strcpy(text + from + n, parts[i].behind);
			if ((evx_remote_url_parse(text, &u, NULL) == EVX_OK) != (more == 0))
				fail_msg("%zu behind %s", n, parts[i].before);
		}
	/* The whole of it, and the number of settings. */
	for (size_t more = 0; more < 2; more++) {
		struct evx_remote_url u;
		char text[EVX_REMOTE_URL_MAX + 2] = "exec:p?";
		size_t n = strlen(text), settings = 15;

		for (size_t i = 0; i < settings; i++) {
			memcpy(text + n, "a=", 2);
			memset(text + n + 2, 'b', 120);
			n += 122;
			text[n++] = '&';
		}
		memcpy(text + n, "a=", 2);
		memset(text + n + 2, 'b', EVX_REMOTE_URL_MAX + more - n - 2);
		text[EVX_REMOTE_URL_MAX + more] = '\0';
		assert_int_equal(
			evx_remote_url_parse(text, &u, NULL), more == 0 ? EVX_OK : EVX_E_USAGE);
		assert_true(more == 1 || u.nsettings == 16);
	}
	{
		struct evx_remote_url u;

		parse("exec:p?a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=", &u);
		assert_int_equal(u.nsettings, EVX_REMOTE_SETTINGS_MAX);
		assert_int_equal(
			evx_remote_url_parse("exec:p?a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&"
					     "a=&a=&a=",
				&u, NULL),
			EVX_E_USAGE);
	}
}

static void test_more_refused(void **state)
{
	static const struct {
		const char *url, *words;
	} rows[] = { { "dir:", "expected dir:DIRECTORY" }, { "sftp://@h/", "another user's name" },
		{ "sftp://a:b@h/", "must not hold a password" },
		{ "sftp://h:1234567/", "a port from 1" }, { "sftp://h:000001/", "a port from 1" },
		{ "sftp://[::1]22/", "a port from 1" }, { "sftp://[]/", "no name of a host" },
		{ "sftp://h?timeout=000001", "timeout=SECONDS" },
		{ "sftp://h?config=", "config=/PATH" }, { "sftp://h?port=1", "config=/PATH" },
		{ "sftp://h?config", "expected NAME=VALUE" },
		{ "sftp://h?&config=/a", "expected NAME=VALUE" },
		{ "sftp://h?my_SECRET=1", "must not hold a key" },
		{ "sftp://h?passwd=1", "must not hold a key" },
		{ "sftp://h?tokens=1", "must not hold a key" },
		{ "sftp://h?credential=1", "must not hold a key" },
		{ "sftp://h?access_key=1", "must not hold a key" },
		{ "exec:p?AccessKeyId=1", "must not hold a key" },
		{ "s3://abc?Signature=1", "must not hold a key" },
		{ "s3://abc?password=1", "must not hold a key" },
		{ "s3://a..", "another name of a bucket" },
		{ "s3://.ab", "another name of a bucket" },
		{ "s3://ab-", "another name of a bucket" },
		{ "s3://abc/-a", "the prefix may have" },
		{ "s3://abc?region=-a", "region has not a value" },
		{ "s3://abc?region=", "region has not a value" },
		{ "s3://abc?ca=", "ca has not a value" },
		{ "s3://abc?style=virtuals", "style has not a value" },
		{ "s3://abc?lock=", "lock has not a value" },
		{ "s3://abc?timeout=3601", "timeout has not a value" },
		{ "s3://abc?endpoint=ftp://h", "endpoint has not a value" },
		{ "s3://abc?endpoint=http://", "endpoint has not a value" },
		{ "s3://abc?endpoint=http://[", "endpoint has not a value" },
		{ "s3://abc?endpoint=https://-h", "endpoint has not a value" },
		{ "s3://abc?zone=a", "found zone" }, { "exec:?a=b", "expected exec:PROGRAM" },
		{ "exec:p?-a=b", "too many settings" }, { "exec:p?a=%4", "expected NAME=VALUE" },
		{ "exec:p?a=%", "expected NAME=VALUE" }, { "exec:p?a=%g0", "expected NAME=VALUE" },
		{ "exec:p?a=%0g", "expected NAME=VALUE" },
		{ "exec:p?a=%1f", "expected NAME=VALUE" },
		{ "exec:p?a=%7F", "expected NAME=VALUE" },
		{ "exec:p?a=%:0", "expected NAME=VALUE" },
		{ "exec:p?a=%@0", "expected NAME=VALUE" },
		{ "exec:p?a=%G0", "expected NAME=VALUE" },
		{ "exec:p?a=%`0", "expected NAME=VALUE" },
		{ "exec:p?a=\037", "control characters" },
		{ "sftp:/h", "expected dir:DIRECTORY, sftp" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct evx_remote_url u;
		struct evx_diag diag = { 0 };

		if (evx_remote_url_parse(rows[i].url, &u, &diag) != EVX_E_USAGE ||
			strstr(diag.text, rows[i].words) == NULL)
			fail_msg("%s: %s", rows[i].url, diag.text);
	}
}

/* How the store is called in a request. */
static void test_s3_hosts(void **state)
{
	static const struct {
		const char *url, *host, *base;
	} rows[] = { { "s3://abc?endpoint=https://h", "h", "https://h" },
		{ "s3://abc?endpoint=HTTPS://h:443", "h", "https://h" },
		{ "s3://abc?endpoint=https://h:80", "h:80", "https://h:80" },
		{ "s3://abc?endpoint=http://h:80", "h", "http://h" },
		{ "s3://abc?endpoint=http://h:443", "h:443", "http://h:443" },
		{ "s3://abc?endpoint=http://h:8080", "h:8080", "http://h:8080" },
		{ "s3://abc?endpoint=https://h:1443", "h:1443", "https://h:1443" },
		{ "s3://abc?endpoint=http://[::1]:80", "[::1]", "http://[::1]" },
		{ "s3://abc?endpoint=http://h&style=virtual", "abc.h", "http://abc.h" },
		{ "s3://abc?endpoint=https://h:443&style=virtual", "abc.h", "https://abc.h" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char host[EVX_REMOTE_S3_HOST_CAP], base[EVX_REMOTE_S3_BASE_CAP];
		struct evx_remote_url u;

		parse(rows[i].url, &u);
		evx_remote_url_s3_host(&u, host, base);
		assert_string_equal(host, rows[i].host);
		assert_string_equal(base, rows[i].base);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_dir),
		cmocka_unit_test(test_sftp),
		cmocka_unit_test(test_s3),
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_all_of_it),
		cmocka_unit_test(test_characters),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_more_refused),
		cmocka_unit_test(test_s3_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
