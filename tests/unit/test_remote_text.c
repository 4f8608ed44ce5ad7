/* What servers, stores and programs say, taken apart. */
#include "testdata.h"

#include "remote/exec_text.h"
#include "remote/s3_text.h"
#include "remote/sftp_text.h"

static bool item(const char *line, struct evx_sftp_item *out)
{
	return evx_sftp_item_parse(line, strlen(line), out);
}

static void test_sftp_items(void **state)
{
	struct evx_sftp_item i;

	(void)state;
	assert_true(
		item("-rw-r--r--    ? root     root       100000 Nov 30 13:43 /srv/evx/a-1", &i));
	assert_true(i.is_file && !i.is_dir && i.size == 100000 && i.name_len == 3);
	assert_memory_equal(i.name, "a-1", 3);
	assert_int_equal(i.path_len, 12);
	assert_true(item("drwxr-xr-x    2 0 0 4096 Jan  1  2020 packs", &i));
	assert_true(i.is_dir && i.name_len == 5);
	assert_true(item("lrwxrwxrwx    2 0 0 4096 Jan  1  2020 packs", &i));
	assert_false(i.is_dir || i.is_file);
	/* An item, but none that is looked at. */
	assert_true(item("-rw-r--r--    1 0 0 x Jan  1  2020 a", &i));
	assert_int_equal(i.name_len, 0);
	assert_true(item("-rw-r--r--    1 0 0 99999999999999999999 Jan  1  2020 a", &i));
	assert_int_equal(i.name_len, 0);
	assert_true(item("-rw-r--r-- a", &i));
	assert_int_equal(i.name_len, 0);
	assert_false(item("", &i));
	assert_false(item("Can't ls: \"/x\" not found", &i));
	assert_false(item("-------", &i));
}

static void test_sftp_texts(void **state)
{
	static const char text[] = "sftp> -ls x\nWhy not\r\nssh: no way\r\nConnection closed\n";
	static const char df[] =
		"        Size         Used        Avail       (root)    %Capacity\n"
		"   264212084     18696260     81640928    245515824           7%\n";
	static const char closed[] = "Connection closed by peer\n";
	char out[64];
	uint64_t bytes;

	(void)state;
	evx_sftp_text_complaint(text, strlen(text), out, sizeof(out));
	assert_string_equal(out, "ssh: no way");
	evx_sftp_text_complaint(text, strlen(text), out, 4);
	assert_string_equal(out, "ssh");
	evx_sftp_text_complaint(closed, strlen(closed), out, sizeof(out));
	assert_string_equal(out, "Connection closed by peer");
	evx_sftp_text_complaint("sftp> x\n", 8, out, sizeof(out));
	assert_string_equal(out, "");
	assert_true(evx_sftp_text_free(df, strlen(df), &bytes));
	assert_true(bytes == UINT64_C(81640928) * 1024);
	assert_false(evx_sftp_text_free(text, strlen(text), &bytes));
}

static void test_s3_texts(void **state)
{
	static const char list[] =
		"<ListBucketResult><Contents><Key>a/b</Key><Size>7</Size></Contents>"
		"<Contents><Key>x</Key></Contents>"
		"<Contents><Size>8</Size><Key>&lt;&amp;c</Key></Contents>"
		"<Contents><Key>d</Key><Size>9</Size>";
	char out[8];
	uint64_t size;
	size_t at = 0;

	(void)state;
	assert_true(evx_s3_text_next(list, strlen(list), &at, out, sizeof(out), &size));
	assert_string_equal(out, "a/b");
	assert_int_equal(size, 7);
	assert_true(evx_s3_text_next(list, strlen(list), &at, out, sizeof(out), &size));
	assert_string_equal(out, "<&c");
	assert_int_equal(size, 8);
	assert_false(evx_s3_text_next(list, strlen(list), &at, out, sizeof(out), &size));
	assert_false(evx_s3_text_tag("<Code>too long a word</Code>", 28, "Code", out, sizeof(out)));
	assert_false(evx_s3_text_tag("<Code>x", 7, "Code", out, sizeof(out)));
	assert_true(evx_s3_text_tag("<Code>a\nb</Code>", 16, "Code", out, sizeof(out)));
	assert_string_equal(out, "a?b");
}

static void test_s3_dates(void **state)
{
	static const char *const bad[] = { "", "x", "Fri, 24 Xyz 2013 00:00:00 GMT",
		"Fri, 32 May 2013 00:00:00 GMT", "Fri, 24 May 2013 00:00:00",
		"Fri, 24 anF 2013 00:00:00 GMT", "2013-05-24 00:00:00Z", "2013-13-24T00:00:00Z",
		"2013-05-24T00:00:00+" };
	int64_t t;
	size_t i;

	(void)state;
	assert_true(evx_s3_text_date("Fri, 24 May 2013 00:00:00 GMT", &t));
	assert_true(t == 1369353600);
	assert_true(evx_s3_text_date("2013-05-24T00:00:00Z", &t));
	assert_true(t == 1369353600);
	assert_true(evx_s3_text_date("2013-05-24T00:00:00.123Z", &t));
	assert_true(t == 1369353600);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (evx_s3_text_date(bad[i], &t))
			fail_msg("taken: %s", bad[i]);
}

static void test_exec_lines(void **state)
{
	struct evx_exec_line l;
	char key[40];

	(void)state;
	evx_exec_line_parse("TRANSFER-FAILURE STORE key it went wrong\r", 41, &l);
	assert_int_equal(l.verb, EVX_EXEC_TRANSFER_FAILED);
	assert_true(evx_exec_line_has(&l, 0, "STORE"));
	assert_true(evx_exec_line_has(&l, 1, "key"));
	assert_true(evx_exec_line_has(&l, 2, "it went wrong"));
	evx_exec_line_parse("GETCONFIG", 9, &l);
	assert_int_equal(l.verb, EVX_EXEC_GET_CONFIG);
	assert_false(evx_exec_line_has(&l, 0, ""));
	evx_exec_line_parse("VERSION ", 8, &l);
	assert_int_equal(l.verb, EVX_EXEC_VERSION);
	evx_exec_line_parse("VERSIONS 1", 10, &l);
	assert_int_equal(l.verb, EVX_EXEC_SENSELESS);
	evx_exec_line_parse("", 0, &l);
	assert_int_equal(l.verb, EVX_EXEC_SENSELESS);
	assert_true(evx_exec_text_key("packs/ab/01", key, sizeof(key)));
	assert_string_equal(key, "XEVX--packs_ab_01");
	assert_false(evx_exec_text_key("packs/ab/01", key, 17));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sftp_items),
		cmocka_unit_test(test_sftp_texts),
		cmocka_unit_test(test_s3_texts),
		cmocka_unit_test(test_s3_dates),
		cmocka_unit_test(test_exec_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
