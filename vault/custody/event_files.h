/* The files of an event as they stand in a bundle, and as a receipt holds them. */
#ifndef EVX_CUSTODY_EVENT_FILES_H
#define EVX_CUSTODY_EVENT_FILES_H

#include "base/buf.h"
#include "format/event.h"
#include "format/member.h"
#include "format/receipt.h"

struct evx_event_file {
	char name[EVX_MEMBER_NAME_CAP]; /* without the UUID */
	struct evx_buf bytes;
};
struct evx_event_files {
	struct evx_event_file *at;
	size_t n;
};
void evx_event_files_free(struct evx_event_files *files);

/* The members of a complete receipt in the order in which they stand in a bundle: key files,
 * document, signatures, parts, record. The files are copies. EVX_E_USAGE for a draft. */
enum evx_err evx_event_files_of(const struct evx_receipt *receipt, struct evx_event_files *files,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The same of a receipt that was made here, of event e, which may be the seal. EVX_E_MEMORY; files
 * is to be freed after that, too. */
enum evx_err evx_event_files_made(const struct evx_receipt *receipt, const struct evx_event *e,
	struct evx_event_files *files) EVX_MUST_CHECK;
/* The receipt of event number of a bundle, from its members' bytes in any order, those of the
 * time-stamps that it names among them (other members of other events are passed over).
 * EVX_E_NOT_FOUND, EVX_E_CORRUPT. */
enum evx_err evx_event_files_receipt(const struct evx_event_files *members, uint32_t number,
	struct evx_receipt *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
