/* Clock, program and witnesses, for the details of every event. */
#include "events/particulars.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>

#include "custody/card.h"
#include "people/card_info.h"
#include "people/home.h"
#include "people/readers.h"

enum evx_err evx_particulars_clock(const char *clock_offset, const char *clock_source,
	struct evx_details *d, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	char offset[8];
	time_t now = time(NULL);
	struct tm local;
	struct timex tx = { 0 };
	long minutes;
	int state;

	d->clock.present = true;
	if (localtime_r(&now, &local) != NULL) {
		minutes = local.tm_gmtoff / 60;
		(void)snprintf(offset, sizeof(offset), "%c%02ld:%02ld", minutes < 0 ? '-' : '+',
			labs(minutes) / 60 % 100, labs(minutes) % 60);
		err = evx_details_set(&d->clock.utc_offset, offset);
	}
	state = adjtimex(&tx);
	if (state >= 0) {
		d->clock.has_synchronised = true;
		d->clock.synchronised = state != TIME_ERROR && (tx.status & STA_UNSYNC) == 0;
	}
	if (err == EVX_OK)
		err = evx_details_set(&d->clock.offset_seconds, clock_offset);
	if (err == EVX_OK)
		err = evx_details_set(&d->clock.source, clock_source);
	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	return err == EVX_OK ?
		EVX_OK :
		evx_fail(diag, err,
			"The offset or the source of the clock is too long. Nothing was signed. "
			"Shorten --clock-offset or --clock-source.");
}

enum evx_err evx_particulars_tool(const char *invocation, struct evx_details *d)
{
	enum evx_err err;
	struct utsname u;
	char system[512] = "";

	d->tool.present = true;
	if (uname(&u) == 0)
		(void)snprintf(system, sizeof(system), "%s %s %s", u.sysname, u.release, u.machine);
	err = evx_details_set(&d->tool.name, "evx");
	if (err == EVX_OK)
		err = evx_details_set(&d->tool.version, evx_version());
	if (err == EVX_OK)
		err = evx_details_set(&d->tool.system, system);
	return err == EVX_OK ? evx_details_set(&d->tool.options, invocation) : err;
}

enum evx_err evx_particulars_witnesses(
	const struct evx_inputs *witnesses, struct evx_details *d, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < witnesses->n && err == EVX_OK; i++) {
		struct evx_card card;
		struct evx_card_info info;
		struct evx_details_person *p;

		err = evx_card_text_read(
			witnesses->at[i].bytes.data, witnesses->at[i].bytes.len, &card, diag);
		if (err == EVX_OK)
			err = evx_card_info_of(&card, &info, diag);
		if (err == EVX_OK)
			err = evx_details_add_person(&d->witnesses, &p);
		if (err == EVX_OK)
			err = evx_readers_person(&info, p);
		if (err == EVX_OK)
			err = evx_details_set(&p->signing, info.signing);
		if (err != EVX_OK)
			(void)evx_diag_in(diag, witnesses->at[i].path, err);
	}
	return err;
}
