/* What evx seal tells: who will be able to open the bundle, and what was made. */
#ifndef CLI_SEAL_RESULT_H
#define CLI_SEAL_RESULT_H

#include "cli.h"
#include "cli_json.h"

/* One line per reader, content readers first. */
void cli_seal_result_readers(FILE *f, const struct evx_reader_info *readers, size_t n);
/* The same as a JSON array named "readers". */
void cli_seal_result_readers_json(
	struct cli_json *j, const struct evx_reader_info *readers, size_t n);
/* Warns when one single key can open the content. */
void cli_seal_result_single_key(struct cli *cli, const struct evx_reader_info *readers, size_t n);
void cli_seal_result_print(
	struct cli *cli, const struct evx_seal_options *opt, const struct evx_seal_result *result);
/* Everything could be read, nothing changed, and all expected and repeated hashes agree. */
bool cli_seal_result_whole(const struct evx_seal_result *result);

#endif
