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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_dir),
		cmocka_unit_test(test_sftp),
		cmocka_unit_test(test_s3),
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
