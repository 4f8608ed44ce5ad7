/* The original of a disclosure: its seal and custody record, which the disclosure carries unchanged
 * (format-spec/listing.md "Disclosure", format-spec/verification.md "The original"). */
#ifndef EVX_OPEN_EXHIBIT_ORIGIN_H
#define EVX_OPEN_EXHIBIT_ORIGIN_H

#include "open/exhibit.h"

/* Once the chain of ex is judged: judges that of its original into ex->loaded.origin, and whether
 * both seals and the original's last event belong together; what is wrong goes to the findings. A
 * whole exhibit has no original. roster as in evx_exhibit_load. EVX_E_MEMORY, EVX_E_INTERRUPTED. */
enum evx_err evx_exhibit_origin_load(struct evx_exhibit *ex, const struct evx_rules_roster *roster,
	const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;

/* A view of the original as an exhibit of its own, without contents: for what judges chains. It
 * borrows all from ex; only its findings are to be freed. */
struct evx_exhibit evx_exhibit_origin_view(const struct evx_exhibit *ex);

#endif
