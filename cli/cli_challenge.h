/* Proof of possession as it is told: lists, challenges, verdicts on answers. */
#ifndef CLI_CHALLENGE_H
#define CLI_CHALLENGE_H

#include "cli.h"

/* Each prints its result on cli->out, as JSON with --json; list and output are the files' names. */
void cli_challenge_prepared(
	struct cli *cli, const struct evx_challenge_prepare_result *r, const char *output);
void cli_challenge_taken(
	struct cli *cli, const struct evx_challenge_next_result *r, const char *output);
void cli_challenge_status(struct cli *cli, const struct evx_challenge_status *s, const char *list);
void cli_challenge_answered(struct cli *cli, const struct evx_answer_result *r, const char *output);
/* Returns the exit code of the verdict, too. */
int cli_challenge_verdict(
	struct cli *cli, const struct evx_challenge_check_result *r, const char *answer);

#endif
