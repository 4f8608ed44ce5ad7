// The custody record: each event by itself, and its place (format-spec/verification.md "Chain").
import { Fault, latin1, sha256 } from "./bytes.js";
import { stanzas } from "./archive.js";
import { capital, field, name, readEvent } from "./event.js";
import { isRecipient } from "./seal_code.js";
import { isSignature, signingKey } from "./signature.js";
import { Rules } from "./rules.js";

const CLOCK_SLACK = 300;
const HEAVY = ["unchecked", "newer", "broken"];
const ENDING = ["C-FILES", "C-RECORD", "C-UNKNOWN-TYPE"]; // of a party's event: nothing behind it can be followed

// Judges the record of one exhibit. files: read(name) and hash(name) of its members; places: those of each event, in order. original: the record below
// origin/, of which encrypted parts and key files are not here. cut: the file ends early.
export class Chain {
	constructor({ files, places, uuid, original, cut, tagmanifest, now, report }) {
		Object.assign(this, { files, places, uuid, original, cut, tagmanifest, now });
		this.say = report;
		this.events = [];
		this.rightful = 0;
		this.stamps = new Map(); // hash of a response → the earliest event that it covers
	}

	// What somebody unknown signed weighs a gap at most, but makes it void all the same.
	note(at, code, weight, text) {
		const heavy = HEAVY.includes(weight);
		if (heavy)
			at.spoiled = true;
		if (ENDING.includes(code) || (code === "C-JSON" && weight === "newer"))
			at.ends = true;
		this.say(code, at.claim && heavy ? "gap" : weight, text, at.number);
	}

	async judge() {
		const rules = new Rules(this, (at, code, weight, text) => this.say(code, weight, text, at.number));
		let follows = true;
		if (this.places.length === 0)
			this.say("C-JSON", this.cut ? "unchecked" : "broken", "The bundle has no seal.", 0);
		for (let n = 0; n < this.places.length; n++) {
			const at = await this.read(n);
			this.events.push(at);
			if (at.event !== null && follows)
				rules.signer(at);
			await this.one(at);
			follows = follows && this.canFollow(at);
			if (follows) {
				this.rightful = n + 1;
				rules.event(at);
			}
		}
		await this.judgeStamps();
		rules.finish();
		this.state = rules.state;
		const last = this.events[this.rightful - 1];
		this.head = last === undefined ? null : last.hash;
		this.seal = this.events[0]?.event ?? null;
		this.hasGoodSeal = this.rightful > 0;
	}

	async read(number) {
		const places = this.places[number] ?? [];
		const json = places.find((p) => p.kind === "json");
		const at = { number, places, json, event: null, hash: null, claim: false, party: false, spoiled: false, ends: false, counts: false, signed: false,
			linked: false, documentFault: null };
		if (json === undefined)
			return at;
		at.hash = this.files.hash(json.name);
		at.bytes = await this.files.read(json.name);
		try {
			at.event = readEvent(at.bytes);
			at.documentFault = at.event.fault;
		} catch (fault) {
			if (!(fault instanceof Fault))
				throw fault;
			at.documentFault = fault;
		}
		return at;
	}

	absence() {
		return this.cut ? "unchecked" : "broken";
	}

	async one(at) {
		if (at.json === undefined)
			this.note(at, "C-JSON", this.absence(), `The document of ${name(at)} is missing.`);
		else if (at.documentFault !== null)
			this.note(at, at.documentFault.code, at.documentFault.weight, `${capital(name(at))}: ${at.documentFault.message}`);
		if (at.event !== null) {
			await this.signatures(at);
			this.links(at);
			this.seenRecord(at);
			if (!this.original)
				await this.parts(at);
			if (at.number === 0 && at.event.known)
				await this.sealed(at);
			else if (at.event.known)
				this.named(at);
			if (at.event.unknownType)
				this.note(at, "C-UNKNOWN-TYPE", "newer", `${capital(name(at))} is of the type ${at.event.type}, which this page does not know.`);
			this.time(at);
		}
		await this.recordOf(at);
		delete at.bytes;
	}

	async signatures(at) {
		const files = at.places.filter((p) => p.kind === "signature");
		const signers = at.event.signers;
		if (files.some((p, i) => p.number !== i + 1) || (files.length !== signers.length && !(this.cut && files.length < signers.length))) {
			this.note(at, "C-SIGNER-COUNT", "broken", `${capital(name(at))} has not as many signatures as signers.`);
			return;
		}
		if (files.length < signers.length) {
			this.note(at, "C-SIGNER-COUNT", "unchecked", "The file ends before the signatures of the seal.");
			return;
		}
		for (const [i, key] of signers.entries())
			if (!(await isSignature(at.bytes, await this.files.read(files[i].name), key, "evx-event/1"))) {
				this.note(at, "C-SIGNATURE", "broken", `Signature ${i + 1} of ${name(at)} is not good.`);
				return;
			}
		at.signed = true;
	}

	links(at) {
		const e = at.event;
		const before = this.events[at.number - 1];
		at.linked = e.uuid === this.uuid && e.sequence === at.number && e.type === at.json.type &&
			(at.number === 0 || (e.exhibit === this.events[0].hash && before?.hash !== null && e.previous === before?.hash));
		if (!at.linked)
			this.note(at, "C-LINK", "broken", `${capital(name(at))} does not belong here.`);
	}

	seenRecord(at) {
		const before = this.events[at.number - 1];
		if (at.number > 0 && before?.recordHash && at.event.record !== before.recordHash && at.signed && before.signed)
			this.note(at, "C-RESIGNED", "remark", `${capital(name(before))} was signed again after ${name(at)} was made.`);
	}

	// The parts that are here are those that the event signs, each for as many readers as it may be.
	async parts(at) {
		const e = at.event;
		const here = at.places.filter((p) => p.kind === "part");
		for (const p of here) {
			const signed = e.files.get(p.name.slice("custody/".length));
			if (signed === undefined)
				this.note(at, "C-FILES", "broken", `${p.name} was added: its entry does not name it.`);
			else if (signed !== this.files.hash(p.name))
				this.note(at, "C-FILES", "broken", `${p.name} was changed after its entry was signed.`);
		}
		for (const n of e.files.keys())
			if (!here.some((p) => p.name === `custody/${n}`))
				this.note(at, "C-FILES", this.absence(), `custody/${n} is missing.`);
		for (const p of here)
			await this.readersOf(at, p.name, at.number === 0 ? 1 : (e.private ?? 1));
		const files = at.places.filter((p) => p.kind === "keys");
		if (!e.known || at.number === 0)
			return;
		for (const p of files) {
			const signed = e.keyFiles?.get(p.name);
			if (signed === undefined || signed !== this.files.hash(p.name))
				this.note(at, "C-FILES", "broken", `${p.name} was added or changed.`);
			else
				await this.readersOf(at, p.name, e.readers.get(p.name.slice(10, -4)));
		}
		for (const n of e.keyFiles?.keys() ?? [])
			if (!files.some((p) => p.name === n))
				this.missingKeys(at, n);
	}

	missingKeys(at, file) {
		this.note(at, "C-KEYFILE", "broken", `${file} is missing.`);
		at.ends = true;
	}

	async readersOf(at, file, readers) {
		const bytes = await this.files.read(file);
		const types = bytes === null ? null : stanzas(bytes);
		if (bytes === null && this.cut)
			this.note(at, "C-KEYFILE", "unchecked", `${file} is missing.`);
		else if (types === null || types.length !== readers || types.some((t) => t !== "X25519"))
			this.note(at, "C-KEYFILE", "broken", `${file} is no encrypted file, or not for as many readers as the entry says.`);
	}

	async sealed(at) {
		const e = at.event;
		if (!this.original) {
			if (this.tagmanifest === null)
				this.note(at, "C-TAGMANIFEST", this.cut ? "unchecked" : "broken", "There is no tag manifest to compare with the seal.");
			else if (this.tagmanifest !== e.tagmanifest)
				this.note(at, "C-TAGMANIFEST", "broken", "The tag manifest was changed after sealing.");
			for (const tier of ["custody", "content"])
				await this.readersOf(at, `keys/0000-${tier}.age`, e.readers.get(tier));
		}
		if (!e.isKey)
			this.note(at, "C-JSON", "broken", "A key of the exhibit in the seal is no public key.");
		if (!e.files.has("0000-seal.details.age") || !e.files.has("0000-seal.content.age"))
			this.note(at, "C-FILES", "broken", "The seal lacks its details or the key to its contents.");
	}

	// Keys that a later event names beside its signers.
	named(at) {
		for (const key of ["counterparty", "former"])
			if (field(at.event, key) !== undefined && signingKey(field(at.event, key)) === null)
				this.note(at, "C-JSON", "broken", `The ${key} in ${name(at)} is no public key.`);
		const custody = field(at.event, "custody_key");
		if (custody !== undefined && !isRecipient(custody))
			this.note(at, "C-JSON", "broken", `The custody key in ${name(at)} is no public key.`);
	}

	time(at) {
		let before = at.number - 1;
		while (before >= 0 && (this.events[before].event === null || this.events[before].claim))
			before--;
		if (at.event.time > this.now + CLOCK_SLACK)
			this.note(at, "C-TIME", "remark", `${capital(name(at))} has a time in the future.`);
		if (before >= 0 && at.event.time < this.events[before].event.time)
			this.note(at, "C-TIME", "remark", `${capital(name(at))} has an earlier time than ${name(this.events[before])}.`);
	}

	async recordOf(at) {
		const record = at.places.find((p) => p.kind === "record");
		if (record === undefined)
			this.note(at, "C-RECORD", this.absence(), `The list of files of ${name(at)} is missing.`);
		if (record === undefined || (at.event !== null && (at.event.sequence !== at.number || at.event.type !== at.json.type)))
			return;
		const made = this.makeRecord(at);
		at.recordHash = await sha256(new TextEncoder().encode(made));
		if (latin1(await this.files.read(record.name)) !== made)
			this.note(at, "C-RECORD", "broken", `${record.name} does not match the files of ${name(at)}.`);
	}

	makeRecord(at) {
		const line = (n) => `${this.files.hash(n)}  ${n}\n`;
		const of = (kind) => at.places.filter((p) => p.kind === kind);
		let parts = of("part").map((p) => line(p.name)).join("");
		let introduced = of("keys").map((p) => line(p.name)).join("");
		if (at.event?.known) {
			parts = [...at.event.files].map(([n, h]) => `${h}  custody/${n}\n`).join("");
			const files = at.event.keyFiles;
			introduced = files === undefined ? "" : [...files.keys()].sort().reverse().map((n) => `${files.get(n)}  ${n}\n`).join("");
		}
		return [...of("json"), ...of("signature")].map((p) => line(p.name)).join("") + parts + introduced;
	}

	canFollow(at) {
		if (at.event === null || !at.signed || !at.linked)
			return false;
		if (at.number === 0)
			return !at.spoiled;
		if (!at.party)
			return true;
		return !at.ends;
	}

	async judgeStamps() {
		for (const at of this.events)
			for (const p of at.places.filter((q) => q.kind === "stamp")) {
				const hash = this.files.hash(p.name);
				if (!this.stamps.has(hash))
					this.stamps.set(hash, at.number);
			}
		for (const at of this.events)
			if (at.event !== null && at.signed && at.event.stamps.some((h) => !((this.stamps.get(h) ?? at.number) < at.number)))
				this.say("C-STAMP-MISSING", "gap", `${capital(name(at))} names time-stamps that are not here.`, at.number);
	}
}
