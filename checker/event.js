// One event's document: the keys that every event has, and those of its type (format-spec/documents.md, seal.md, events.md).
import { PACK } from "./archive.js";
import { Fault, HASH, UUID } from "./bytes.js";
import { jsonLine, keys } from "./json_line.js";
import { isRecipient } from "./seal_code.js";
import { signingKey } from "./signature.js";

const DOCUMENT = 1048576;
const COMMON = ["format", "type", "uuid", "sequence", "time", "signers", "files"];
const LINKS = ["exhibit", "previous", "record"];
const SEAL = ["shape", "complete", "tagmanifest", "listing_root", "sequences", "custody_key", "content_key", "readers"];
const RESULTS = ["intact", "remarks", "broken", "not-checked"];
const MOST_PACKS = 1903797;

// Who may sign; the keys that a type has, and may have; whether it needs the exhibit itself.
export const TYPES = {
	note: { by: "anyone" },
	access: { by: "anyone", handles: true },
	examine: { by: "anyone", handles: true },
	verify: { by: "anyone", has: ["result"] },
	copy: { by: "holder", may: ["counterparty"], handles: true },
	move: { by: "holder", handles: true },
	release: { by: "holder", has: ["counterparty", "keeps"], handles: true },
	accept: { by: "receiver", has: ["refers", "seen_head", "seen_length", "inventoried", "result"], handles: true },
	refuse: { by: "receiver", has: ["refers"] },
	withdraw: { by: "releaser", has: ["refers"] },
	"take-over": { by: "successor", has: ["former", "reason"] },
	approve: { by: "anyone", has: ["refers"] },
	correct: { by: "author", has: ["refers"] },
	inquiry: { by: "anyone", has: ["state"], may: ["refers"] },
	hold: { by: "holder" },
	"hold-lift": { by: "holder", has: ["refers"] },
	"dispose-authorise": { by: "holder", handles: true },
	dispose: { by: "holder", has: ["refers"], handles: true },
	inventory: { by: "holder", handles: true },
	disclose: { by: "holder", may: ["counterparty", "disclosure"], handles: true },
	rewrap: { by: "holder", has: ["readers", "key_files"], may: ["custody_key"], handles: true },
};

function need(good, text) {
	if (!good)
		throw new Fault("C-JSON", "broken", text);
}

function isText(value, pattern) {
	return typeof value === "string" && pattern.test(value);
}

function isCount(value, most) {
	return Number.isInteger(value) && value >= 1 && value <= most;
}

// Seconds since 1970, or null.
function seconds(value) {
	if (!isText(value, /^\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\dZ$/))
		return null;
	const ms = Date.parse(value);
	return Number.isNaN(ms) || ms < 0 || new Date(ms).toISOString() !== value.replace("Z", ".000Z") ? null : ms / 1000;
}

function isMap(value) {
	return value instanceof Map;
}

function partRank(name, event, type) {
	const begin = `${String(event).padStart(4, "0")}-${type}.`;
	if (typeof name !== "string" || !name.startsWith(begin))
		return -1;
	const rest = name.slice(begin.length);
	const attachment = /^attach([1-9]\d{0,2})\.age$/.exec(rest);
	if (attachment !== null)
		return 2 + Number(attachment[1]);
	return ["details.age", "content.age", "listing.age"].indexOf(rest);
}

// The keys of every event. Without them nobody has signed anything for its place.
function skeleton(map) {
	const format = map.get("format");
	if (format !== "evx-event/1")
		throw new Fault("C-JSON", isText(format, /^evx-event\//) ? "newer" : "broken", "The document is of another format.");
	const type = map.get("type");
	need(isText(type, /^[a-z-]{1,32}$/), "The document has no type.");
	need(isText(map.get("uuid"), UUID), "The document names no exhibit.");
	const sequence = map.get("sequence");
	need(Number.isInteger(sequence) && sequence >= 0 && sequence < 10000, "The document has no number.");
	need((sequence === 0) === (type === "seal"), "Entry 0000 and nothing else is a seal.");
	const time = seconds(map.get("time"));
	need(time !== null, "The document has no time.");
	const signers = map.get("signers");
	need(Array.isArray(signers) && signers.length >= 1 && signers.length <= 16 && new Set(signers).size === signers.length &&
		signers.every((s) => signingKey(s) !== null), "The document does not name its signers.");
	const files = map.get("files");
	need(isMap(files) && [...files.values()].every((h) => isText(h, HASH)), "The document does not name its files.");
	const ranks = [...files.keys()].map((name) => partRank(name, sequence, type));
	need(ranks.every((r, i) => r >= 0 && (i === 0 || r > ranks[i - 1])), "The document names files that such an entry has not.");
	if (sequence === 0) {
		for (const key of [...LINKS, "stamps"])
			need(!map.has(key), "A seal names no entry before it.");
	} else {
		for (const key of LINKS)
			need(isText(map.get(key), HASH), `The document has no ${key}.`);
		const stamps = map.get("stamps");
		need(stamps === undefined || (Array.isArray(stamps) && stamps.length >= 1 && stamps.length <= 256 &&
			new Set(stamps).size === stamps.length && stamps.every((h) => isText(h, HASH))), "The document names no time-stamps.");
	}
	return { type, sequence, time, uuid: map.get("uuid"), signers, files, exhibit: map.get("exhibit"), previous: map.get("previous"),
		record: map.get("record"), stamps: map.get("stamps") ?? [] };
}

function length(value) {
	return isText(value, /^(0|[1-9][0-9]{0,14})$/) ? Number(value) : -1;
}

function policy(value) {
	need(isMap(value) && value.size >= 1 && value.size <= 32, "The seal's policy is none.");
	for (const type of value.keys())
		if (TYPES[type] === undefined && type !== "open" && type !== "seal")
			throw new Fault("C-JSON", "newer", `The seal's policy names the type ${type}, which this page does not know.`);
	for (const rule of value.values()) {
		need(isMap(rule), "The seal's policy is none.");
		keys(rule, "A rule of the policy", ["of", "need", "witness"]);
		const of = rule.get("of");
		need(Array.isArray(of) && of.length >= 1 && of.length <= 64 && new Set(of).size === of.length &&
			of.every((k) => signingKey(k) !== null), "A rule of the policy does not name its signers.");
		need(isCount(rule.get("need"), Math.min(16, of.length)) && typeof rule.get("witness") === "boolean", "A rule of the policy is none.");
	}
	return value;
}

function readers(value, what, names) {
	need(isMap(value), `${what} has no readers.`);
	keys(value, what, names);
	need(names.every((n) => isCount(value.get(n), 1024)), `${what} has no number of readers.`);
	return value;
}

function seal(map, e) {
	keys(map, "The seal", [...COMMON, ...SEAL], ["policy", "origin", "case", "exhibit_number"]);
	e.shape = map.get("shape");
	if (e.shape !== "whole" && e.shape !== "disclosure")
		throw new Fault("C-JSON", "broken", "The seal does not say whether the exhibit is whole.");
	need(["yes", "no"].includes(map.get("complete")), "The seal does not say whether it is complete.");
	e.complete = map.get("complete");
	e.tagmanifest = map.get("tagmanifest");
	e.listingRoot = map.get("listing_root");
	need(isText(e.tagmanifest, HASH) && isText(e.listingRoot, HASH), "The seal lacks a hash.");
	const sequences = map.get("sequences");
	need(Array.isArray(sequences) && sequences.length === 2, "The seal has no lengths of its packs.");
	e.sequences = sequences.map(length);
	need(e.sequences[0] >= 1 && e.sequences[1] >= 0 &&
		e.sequences.reduce((n, l) => n + Math.ceil(l / PACK), 0) <= MOST_PACKS, "The lengths of the packs in the seal are none.");
	e.custodyKey = map.get("custody_key");
	e.contentKey = map.get("content_key");
	need(typeof e.custodyKey === "string" && typeof e.contentKey === "string" && e.custodyKey !== e.contentKey, "The seal has no two keys.");
	e.readers = readers(map.get("readers"), "The seal", ["custody", "content"]);
	e.policy = map.has("policy") ? policy(map.get("policy")) : new Map();
	for (const label of ["case", "exhibit_number"])
		need(!map.has(label) || (typeof map.get(label) === "string" && inBytes(map.get(label), 1024)), "A label of the seal is too long.");
	need(map.has("origin") === (e.shape === "disclosure"), "A disclosure names its original, and nothing else does.");
	if (map.has("origin"))
		e.origin = origin(map.get("origin"));
	e.isKey = isRecipient(e.custodyKey) && isRecipient(e.contentKey);
}

function inBytes(text, most) {
	const n = new TextEncoder().encode(text).length;
	return n >= 1 && n <= most;
}

function origin(value) {
	need(isMap(value), "The seal does not name its original.");
	keys(value, "The original in the seal", ["exhibit", "listing_root", "lines", "withheld"], ["names_only", "in_part"]);
	const out = { exhibit: value.get("exhibit"), listingRoot: value.get("listing_root"), lines: length(value.get("lines")),
		withheld: length(value.get("withheld")) };
	need(isText(out.exhibit, HASH) && isText(out.listingRoot, HASH) && out.withheld >= 0 && out.withheld < out.lines,
		"The seal does not name its original.");
	const some = ["names_only", "in_part"].filter((k) => value.has(k)).map((k) => length(value.get(k)));
	need(some.every((n) => n >= 1) && some.reduce((a, b) => a + b, 0) <= out.lines - out.withheld,
		"The seal has a wrong number of files without all their contents.");
	return out;
}

const CHECKS = {
	counterparty: (v) => typeof v === "string",
	former: (v) => typeof v === "string",
	keeps: (v) => v === "nothing" || v === "copy",
	refers: (v) => isText(v, HASH),
	seen_head: (v) => isText(v, HASH),
	seen_length: (v) => isCount(v, 10000),
	inventoried: (v) => typeof v === "boolean",
	result: (v) => RESULTS.includes(v),
	reason: (v) => ["retired", "dead", "lost-key"].includes(v),
	state: (v) => v === "open" || v === "closed",
	custody_key: (v) => typeof v === "string",
};

function disclosure(value) {
	need(isMap(value), "The entry does not name the bundle that was given out.");
	keys(value, "The bundle given out", ["uuid", "manifest", "listing_root"]);
	need(isText(value.get("uuid"), UUID) && isText(value.get("manifest"), HASH) && isText(value.get("listing_root"), HASH),
		"The entry does not name the bundle that was given out.");
}

function rewrap(map, e) {
	const files = map.get("key_files");
	const begin = `keys/${String(e.sequence).padStart(4, "0")}-`;
	need(isMap(files) && files.size >= 1, "The entry does not name its key files.");
	keys(files, "The key files of an entry", [], [`${begin}custody.age`, `${begin}content.age`]);
	need([...files.values()].every((h) => isText(h, HASH)), "The entry does not name its key files.");
	const tiers = ["custody", "content"].filter((t) => files.has(`${begin}${t}.age`));
	e.readers = readers(map.get("readers"), "The entry", tiers);
	e.keyFiles = files;
	need(tiers.length < 2 || e.readers.get("content") <= e.readers.get("custody"), "More can open the contents than the details.");
	need(!map.has("custody_key") || tiers.includes("custody"), "A new custody key without a file for it.");
}

// An event from the bytes of its file: { ...keys of every event, known, fault }. fault is what keeps it from being one of its type.
export function readEvent(bytes) {
	const map = jsonLine(bytes, DOCUMENT);
	const e = skeleton(map);
	e.known = false;
	e.fault = null;
	const type = Object.hasOwn(TYPES, e.type) ? TYPES[e.type] : null;
	try {
		if (e.type === "seal") {
			seal(map, e);
		} else if (type === null) {
			e.unknownType = true;
			return e;
		} else {
			const has = type.has ?? [];
			const may = type.may ?? [];
			keys(map, "The entry", [...COMMON, ...LINKS, ...has], ["stamps", "private", ...may]);
			for (const key of [...has, ...may])
				if (map.has(key))
					need(CHECKS[key] === undefined || CHECKS[key](map.get(key)), `The ${key} of the entry is none.`);
			e.fields = map;
			if (map.has("disclosure"))
				disclosure(map.get("disclosure"));
			if (e.type === "rewrap")
				rewrap(map, e);
			need(e.type !== "inquiry" || (map.get("state") === "closed") === map.has("refers"), "The inquiry does not say which one it closes.");
			const details = [...e.files.keys()].map((n) => partRank(n, e.sequence, e.type));
			need(details.every((r) => r === 0 || r > 2) && (details.length === 0 || details[0] === 0) &&
				details.every((r, i) => i === 0 || r === i + 2), "The entry names parts that its type has not.");
			need(!map.has("private") || (isCount(map.get("private"), 1024) && details.length > 0), "The entry has no readers of its details.");
			e.private = map.get("private") ?? 1;
		}
		e.known = true;
	} catch (fault) {
		if (!(fault instanceof Fault))
			throw fault;
		e.fault = fault;
	}
	return e;
}

// A key of an event's own, or undefined.
export function field(e, key) {
	return e.fields?.get(key);
}

export function name(at) {
	return at.number === 0 ? "the seal" : `entry ${String(at.number).padStart(4, "0")}`;
}

export function capital(words) {
	return words[0].toUpperCase() + words.slice(1);
}
