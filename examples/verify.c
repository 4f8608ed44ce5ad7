/* Verifies one bundle with libevx and prints the answer.
 *
 *     cc -o verify verify.c $(pkg-config --cflags --libs evx)
 *     ./verify phone.evx officer.card
 *
 * Exit code as evx verify: 0 good, 1 bad, 3 not checked, 4 too new, 5 open questions. */
#include <evx.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct evx_verify_options options = { .confine = true };
	struct evx_report report = { 0 };
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int code;

	if (argc < 2) {
		fprintf(stderr, "usage: verify BUNDLE [CARD...]\n");
		return 2;
	}
	options.bundle = argv[1];
	options.trust = (const char *const *)argv + 2; /* cards of people whom you know */
	options.ntrust = (size_t)(argc - 2);
	err = evx_start(&diag); /* once, before anything else */
	if (err == EVX_OK)
		err = evx_verify(NULL, &options, NULL, NULL, NULL, &report, &diag);
	if (err != EVX_OK) { /* there is no verdict: the file is missing, no bundle, … */
		fprintf(stderr, "%s\n", diag.text);
		return 3;
	}
	printf("seal code  %s\n", report.seal_code);
	printf("data       %s\n", report.data_text);
	printf("custody    %s\n", report.custody_text);
	printf("signers    %s\n", report.trust_text);
	code = report.exit_class;
	evx_report_free(&report);
	return code;
}
