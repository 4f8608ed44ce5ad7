/* Signatures of requests to S3: the examples that AWS publishes. */
#include "remote/s3_sign.h"

#include "testdata.h"

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HOST \
	{ \
		"host", "examplebucket.s3.amazonaws.com" \
	}
#define DATE \
	{ \
		"x-amz-date", "20130524T000000Z" \
	}

static void check(const char *method, const char *path, const char *query,
	const struct evx_s3_header *headers, size_t n, const char *payload, const char *signature)
{
	const struct evx_s3_signed q = { method, path, query, headers, n, payload, "us-east-1",
		"20130524T000000Z", "AKIAIOSFODNN7EXAMPLE",
		"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
	struct evx_buf out = EVX_BUF_INIT;

	assert_int_equal(evx_s3_sign_authorization(&q, &out), EVX_OK);
	assert_non_null(strstr((const char *)out.data,
		"AWS4-HMAC-SHA256 "
		"Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"));
	assert_non_null(strstr((const char *)out.data, signature));
	evx_buf_free(&out);
}

static void test_examples(void **state)
{
	static const struct evx_s3_header range[] = { HOST, { "range", "bytes=0-9" },
		{ "x-amz-content-sha256", EMPTY }, DATE };
	static const char body[] =
		"44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
	static const struct evx_s3_header put[] = { { "date", "Fri, 24 May 2013 00:00:00 GMT" },
		HOST, { "x-amz-content-sha256", body }, DATE,
		{ "x-amz-storage-class", "REDUCED_REDUNDANCY" } };
	static const struct evx_s3_header plain[] = { HOST, { "x-amz-content-sha256", EMPTY },
		DATE };

	(void)state;
	check("GET", "/test.txt", "", range, 4, EMPTY,
		"SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
		"Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
	check("PUT", "/test%24file.text", "", put, 5, body,
		"Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
	check("GET", "/", "lifecycle=", plain, 3, EMPTY,
		"Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
	check("GET", "/", "max-keys=2&prefix=J", plain, 3, EMPTY,
		"Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

static void test_presigned(void **state)
{
	static const struct evx_s3_header headers[] = { HOST };
	const struct evx_s3_signed q = { "GET", "/test.txt", "", headers, 1, NULL, "us-east-1",
		"20130524T000000Z", "AKIAIOSFODNN7EXAMPLE",
		"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(evx_s3_sign_presign(&q, 86400, NULL, &out), EVX_OK);
	assert_string_equal(out.data,
		"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%"
		"2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-"
		"Amz-SignedHeaders=host&X-Amz-Signature="
		"aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
	evx_buf_reset(&out);
	assert_int_equal(evx_s3_sign_presign(&q, 86400, "a/b", &out), EVX_OK);
	assert_non_null(strstr((const char *)out.data, "&X-Amz-Security-Token=a%2Fb&X-Amz-Signed"));
	evx_buf_free(&out);
}

static void test_texts(void **state)
{
	struct evx_buf out = EVX_BUF_INIT;
	char when[EVX_S3_TIME_CAP];

	(void)state;
	assert_int_equal(evx_s3_sign_time(1369353600, when), EVX_OK);
	assert_string_equal(when, "20130524T000000Z");
	assert_int_equal(evx_s3_sign_time(-1, when), EVX_E_USAGE);
	assert_int_equal(evx_s3_sign_escape("a/b ~\xc3+", true, &out), EVX_OK);
	assert_int_equal(evx_s3_sign_escape("/", false, &out), EVX_OK);
	assert_int_equal(evx_buf_cstr(&out), EVX_OK);
	assert_string_equal(out.data, "a/b%20~%C3%2B%2F");
	evx_buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_presigned),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
