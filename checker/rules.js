// What the entries of a custody record say together, from public keys alone (format-spec/events.md, verification.md "Rules"). This page knows no cards
// and no rosters: nobody acts for another, and whoever the record itself does not name is unknown.
import { capital, field, name, TYPES } from "./event.js";

const DAY = 86400;
const LATE = 14 * DAY;
const SOON = 10;

export class Rules {
	constructor(chain, say) {
		this.chain = chain;
		this.say = say;
		this.seen = new Map(); // hash of an event → what is known of it
		this.parties = new Set();
		this.holders = new Map(); // key → number of the event that made it one
		this.receivers = new Map();
		this.state = { holder: null, since: 0, release: null, receiver: null, holds: [], inquiries: [], authorised: false, disposal: null };
	}

	// Whether the actor is known to the record before this event.
	signer(at) {
		at.party = at.number === 0 || this.parties.has(at.event.signers[0]);
		at.claim = !at.party;
	}

	note(at, code, weight, text) {
		const heavy = weight === "broken" || weight === "newer" || weight === "unchecked";
		this.say(at, code, at.claim && heavy ? "gap" : weight, `${capital(name(at))}: ${text}`);
	}

	forbid(at, code, text) {
		at.void = true;
		this.note(at, code, "broken", text);
	}

	event(at) {
		const type = Object.hasOwn(TYPES, at.event.type) ? TYPES[at.event.type] : null;
		at.void = false;
		if (at.number === 0)
			this.sealed(at);
		else if (at.spoiled || !at.event.known)
			at.void = true;
		else if (at.claim && (type.by === "anyone" || type.by === "author"))
			this.note(at, "R-CLAIM", "gap", "signed by somebody whom this record does not know.");
		else
			this.allowed(at, type);
		at.counts = !at.void && !at.claim;
		if (at.counts)
			this.takeIn(at);
		this.seen.set(at.hash, at);
	}

	sealed(at) {
		this.setHolder(at.event.signers[0], at);
		for (const key of at.event.signers)
			this.parties.add(key);
		for (const rule of at.event.policy.values())
			for (const key of rule.get("of"))
				this.parties.add(key);
	}

	setHolder(key, at) {
		if (!this.holders.has(key))
			this.holders.set(key, at.number);
		this.state.holder = key;
		this.state.since = at.number;
		this.parties.add(key);
	}

	takeIn(at) {
		const other = field(at.event, "counterparty");
		if (other !== undefined && !this.receivers.has(other))
			this.receivers.set(other, at.number);
	}

	is(at, type) {
		return at !== undefined && at.counts && at.event.type === type;
	}

	refers(at) {
		return this.seen.get(field(at.event, "refers"));
	}

	allowed(at, type) {
		const disposed = this.state.disposal;
		if (type.by === "holder" && at.event.signers[0] !== this.state.holder) {
			this.forbid(at, "R-HOLDER", "only the holder may sign such an entry.");
			return;
		}
		const judge = { release: "release", accept: "answer", refuse: "answer", withdraw: "answer", "take-over": "takeOver", approve: "approve",
			correct: "correct", inquiry: "inquiry", hold: "hold", "hold-lift": "lift", "dispose-authorise": "authorise", dispose: "dispose",
			rewrap: "rewrap", verify: "verified" }[at.event.type];
		if (judge !== undefined)
			this[judge](at);
		if (!at.void && disposed !== null && type.handles)
			this.note(at, "R-DISPOSED", "gap", "it follows an entry that says the exhibit was destroyed.");
	}

	verified(at) {
		if (field(at.event, "result") === "broken")
			this.note(at, "R-RESULT", "remark", "its signer found the exhibit broken.");
	}

	release(at) {
		const to = field(at.event, "counterparty");
		if (this.state.release !== null)
			this.forbid(at, "R-RELEASE", `${name(this.state.release)} has no answer yet.`);
		else if (to === this.state.holder)
			this.forbid(at, "R-RELEASE", "it releases the exhibit to its own holder.");
		else {
			this.state.release = at;
			this.state.receiver = to;
			this.parties.add(at.event.signers[0]);
			this.parties.add(to);
		}
	}

	answer(at) {
		const release = this.state.release;
		const actor = at.event.signers[0];
		const withdraws = at.event.type === "withdraw";
		if (release === null || this.refers(at) !== release)
			return this.forbid(at, "R-ANSWER", "it answers no release that stands open.");
		if (withdraws ? actor !== release.event.signers[0] && actor !== this.state.holder : actor !== this.state.receiver)
			return this.forbid(at, "R-RECEIVER", "it is signed by another than the one who may answer.");
		if (at.event.type === "accept") {
			this.accept(at, release);
		} else {
			this.close();
			this.note(at, withdraws ? "R-WITHDRAWN" : "R-REFUSED", withdraws ? "info" : "remark", `${name(release)} was ${withdraws ? "withdrawn" : "refused"}.`);
		}
		const passed = at.event.time - release.event.time;
		if (!at.void && passed > LATE)
			this.note(at, "R-LATE", "remark", `it came ${Math.floor(passed / DAY)} days after ${name(release)}.`);
		else if (!at.void && passed < SOON && at.event.type === "accept")
			this.note(at, "R-SOON", "remark", `it came ${passed} seconds after ${name(release)}.`);
		return undefined;
	}

	close() {
		this.state.release = null;
		this.state.receiver = null;
	}

	accept(at, release) {
		const length = field(at.event, "seen_length");
		const last = this.chain.events[length - 1];
		if (length > at.number || last.hash !== field(at.event, "seen_head"))
			return this.forbid(at, "R-SEEN", "its signer had seen other entries than those here. Entries were removed or exchanged.");
		if (length <= release.number)
			return this.forbid(at, "R-SEEN", "its signer had not seen the release.");
		if (length < at.number)
			this.note(at, "R-SEEN", "remark", `its signer had checked only the first ${length} entries.`);
		const from = [release.event.signers[0], this.state.holder];
		const to = [at.event.signers[0], field(release.event, "counterparty")];
		this.close();
		if (from.some((key) => to.includes(key)))
			this.note(at, "R-SELF", "gap", "the same party released and accepted.");
		this.setHolder(field(release.event, "counterparty"), at);
		if (field(at.event, "result") === "broken")
			this.note(at, "R-RESULT", "remark", "the receiver found the exhibit broken, and accepted it.");
		if (!field(at.event, "inventoried"))
			this.note(at, "R-NOT-INVENTORIED", "info", "the receiver did not compare the contents with the list.");
		return undefined;
	}

	takeOver(at) {
		if (field(at.event, "former") !== this.state.holder || at.event.signers[0] === this.state.holder)
			return this.forbid(at, "R-HOLDER", "it takes the exhibit over from another than its holder.");
		const { has, met } = this.policy(at);
		if (!met || !has) {
			at.void = !at.claim || has;
			return this.note(at, at.claim && !has ? "R-CLAIM" : "R-TAKE-OVER", "gap",
				"it says that somebody took over the exhibit. Nothing in the record confirms that.");
		}
		this.close();
		at.claim = false;
		this.note(at, "R-TAKE-OVER", "remark", "its signer took over the exhibit.");
		this.setHolder(at.event.signers[0], at);
		return undefined;
	}

	approve(at) {
		const other = this.refers(at);
		if (other === undefined)
			this.nothing(at, "an earlier entry");
		else if (at.event.signers.some((key) => other.event.signers.includes(key)))
			this.note(at, "R-SELF", "gap", "its signer approved what they had signed themselves.");
	}

	correct(at) {
		const other = this.refers(at);
		if (other === undefined)
			this.nothing(at, "an earlier entry");
		else if (at.event.signers[0] !== other.event.signers[0] && at.event.signers[0] !== this.state.holder)
			this.forbid(at, "R-AUTHOR", "its signer is neither the author of what it corrects nor the holder.");
	}

	nothing(at, what) {
		this.note(at, "R-REFERS", "gap", `it does not refer to ${what} of this record.`);
	}

	drop(list, at) {
		const i = at === undefined ? -1 : list.indexOf(at);
		if (i >= 0)
			list.splice(i, 1);
		return i >= 0;
	}

	hold(at) {
		this.state.holds.push(at);
	}

	lift(at) {
		const hold = this.refers(at);
		if (!this.is(hold, "hold") || !this.drop(this.state.holds, hold))
			this.nothing(at, "a hold in force");
	}

	inquiry(at) {
		if (field(at.event, "state") === "open")
			this.state.inquiries.push(at);
		else if (!this.drop(this.state.inquiries, this.refers(at)))
			this.nothing(at, "an open inquiry");
	}

	authorise() {
		this.state.authorised = true;
	}

	dispose(at) {
		const authorised = this.refers(at);
		if (!this.is(authorised, "dispose-authorise") || authorised.used)
			this.forbid(at, "R-DISPOSAL", "nobody authorised the disposal before.");
		else if (this.state.holds.length > 0)
			this.forbid(at, "R-HOLD", "a hold forbids the disposal.");
		else {
			authorised.used = true;
			this.state.disposal = at;
		}
	}

	rewrap(at) {
		const key = field(at.event, "custody_key");
		const had = [this.chain.events[0].event.contentKey, this.chain.events[0].event.custodyKey,
			...this.chain.events.filter((e) => e.number < at.number && e.counts).map((e) => field(e.event, "custody_key"))];
		if (key !== undefined && had.includes(key))
			this.forbid(at, "R-CUSTODY-KEY", "it introduces a key that this exhibit has had before.");
		else
			this.note(at, "R-READERS", "info", "it lets others open the exhibit.");
	}

	rulesFor(type) {
		const open = ["access", "copy", "disclose"].includes(type);
		return [...this.chain.events[0].event.policy].filter(([t]) => t === type || (t === "open" && open)).map(([, rule]) => rule);
	}

	// Whether the seal's policy has a rule about this event, and is met.
	policy(at) {
		const rules = this.rulesFor(at.event.type);
		let met = true;
		for (const rule of rules) {
			const of = rule.get("of");
			if (at.event.signers.filter((key) => of.includes(key)).length < rule.get("need")) {
				met = false;
				this.note(at, "R-POLICY", "gap", "fewer persons signed than the seal's policy asks for.");
			}
			if (rule.get("witness") && !at.event.signers.slice(1).some((key) => !of.includes(key) && !this.tookPart(at, key))) {
				met = false;
				this.note(at, "R-WITNESS", "gap", "the seal's policy asks for a witness from outside, and none signed.");
			}
		}
		return { has: rules.length > 0, met };
	}

	tookPart(at, key) {
		return key === at.event.signers[0] || key === field(at.event, "counterparty") || (this.holders.get(key) ?? Infinity) <= at.number ||
			(this.receivers.get(key) ?? Infinity) <= at.number ||
			this.chain.events.some((e) => e.number > at.number && this.is(e, "approve") && field(e.event, "refers") === at.hash && e.event.signers.includes(key));
	}

	lockedOut(at, byPolicy) {
		if (at.event.type !== "rewrap" || field(at.event, "custody_key") === undefined || byPolicy)
			return;
		const counting = this.chain.events.slice(0, this.chain.rightful).filter((e) => e.number > 0 && e.counts && e.event.type === "rewrap");
		const content = (e) => e.event.readers.get("content") ?? 0;
		const want = Math.max(this.chain.events[0].event.readers.get("content"), ...counting.filter((e) => e.number < at.number).map(content));
		const room = (e) => content(e) >= want && (e.event.readers.get("custody") ?? 0) >= want;
		if (!room(at))
			this.note(at, "R-LOCKED-OUT", counting.some((e) => e.number > at.number && room(e)) ? "remark" : "gap",
				"it changed the custody key and left out some of the earlier readers.");
	}

	// What only the whole record shows.
	finish() {
		const rightful = this.chain.events.slice(0, this.chain.rightful);
		for (const at of rightful)
			if (at.counts && at.event.type !== "take-over") {
				const { has, met } = this.policy(at);
				this.lockedOut(at, has && met);
			}
		if (this.state.release !== null)
			this.open(rightful);
		for (const at of this.state.inquiries)
			this.note(at, "R-INQUIRY", "remark", "this inquiry has no result yet.");
		for (const at of this.state.holds)
			this.note(at, "R-HELD", "info", "this hold is in force.");
		const first = this.chain.events[this.chain.rightful + 1];
		if (this.chain.rightful > 0 && first !== undefined)
			this.note(first, "R-AFTER", "info", "it stands behind an entry that is not good, and does not count.");
	}

	open(rightful) {
		const release = this.state.release;
		const times = rightful.filter((e) => e.number < release.number && e.counts && e.event.time <= this.chain.now).map((e) => e.event.time);
		const since = Math.min(this.chain.now, Math.max(release.event.time, ...times));
		if (this.chain.now - since > LATE)
			this.note(release, "R-OPEN", "gap", "nobody has answered this release for more than 14 days.");
		else
			this.note(release, "R-OPEN", "remark", "this release has no answer yet.");
	}
}
