// The container: every byte of the file in one pass (format-spec/container.md).
import { Fault, UUID, ascii, isZero, latin1, same, sha256, utf8 } from "./bytes.js";

const BLOCK = 512;
export const PACK = 33554432;
const SMALL = 67108864;
const MANIFEST = 268435456;
const PIECE = 8388608;
const EVENTS = 10000;

const HEAD = ["bagit.txt", "README.txt", "keys/0000-custody.age", "keys/0000-content.age"];
const TAIL = ["manifest-sha256.txt", "bag-info.txt", "tagmanifest-sha256.txt"];
const TAGGED = ["bag-info.txt", "bagit.txt", "keys/0000-content.age", "keys/0000-custody.age", "manifest-sha256.txt", "README.txt"];

// The files of an event in their order. A pattern gives the event, its type, and the number within the kind.
const EVENT = "custody/(\\d{4})-([a-z-]{1,32})";
const KINDS = [
	["keys", /^keys\/(\d{4})-custody()()\.age$/],
	["keys", /^keys\/(\d{4})-content()()\.age$/],
	["json", new RegExp(`^${EVENT}\\.json()$`)],
	["signature", new RegExp(`^${EVENT}\\.json\\.sig([1-9]|1[0-6])$`)],
	["part", new RegExp(`^${EVENT}\\.details()\\.age$`)],
	["part", new RegExp(`^${EVENT}\\.content()\\.age$`)],
	["part", new RegExp(`^${EVENT}\\.listing()\\.age$`)],
	["part", new RegExp(`^${EVENT}\\.attach([1-9]\\d{0,2})\\.age$`)],
	["record", new RegExp(`^${EVENT}\\.record()$`)],
	["stamp", new RegExp(`^${EVENT}\\.tsr((?:[2-9]|[1-9]\\d{1,2})?)$`)],
];

// Event, kind and number of a member's name, or null.
export function placeOf(name) {
	for (let rank = 0; rank < KINDS.length; rank++) {
		const match = KINDS[rank][1].exec(name);
		if (match !== null)
			return { name, event: Number(match[1]), type: match[2], rank, kind: KINDS[rank][0], number: Number(match[3] || 1) };
	}
	return null;
}

function isBefore(a, b) {
	return a.event !== b.event ? a.event < b.event : a.rank !== b.rank ? a.rank < b.rank : a.number < b.number;
}

// The one valid header for a path and a size; null where there is none.
function header(path, size) {
	const slash = path.lastIndexOf("/");
	const name = path.slice(slash + 1);
	const prefix = path.slice(0, slash);
	if (slash < 1 || name.length === 0 || name.length > 99 || prefix.length > 155 || /[^\x20-\x7e]/.test(path))
		return null;
	const h = new Uint8Array(BLOCK);
	const fields = [[0, name], [100, "0000644"], [108, "0000000"], [116, "0000000"], [124, size.toString(8).padStart(11, "0")],
		[136, "00000000000"], [148, "        "], [156, "0"], [257, "ustar\0" + "00"], [329, "0000000"], [337, "0000000"], [345, prefix]];
	for (const [at, text] of fields)
		h.set(ascii(text), at);
	const sum = h.reduce((n, byte) => n + byte, 0);
	h.set(ascii(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
	return h;
}

function text(block, from, to) {
	return latin1(block.subarray(from, to)).replace(/\0+$/, "");
}

// Walks a Blob. report(code, weight, text) takes what is found; progress(done, all) is told of the bytes.
export class Archive {
	constructor(blob, report, progress) {
		this.blob = blob;
		this.report = report;
		this.progress = progress;
		this.uuid = null;
		this.members = new Map(); // name → { at, size, hash }, in order; what has no place is not in it
		this.packs = [];
		this.origin = [];
		this.events = []; // of each: the places of its files
		this.group = 0;
		this.last = null; // the member before, where order is asked for
		this.cut = false; // the file ends before the bundle does
	}

	async bytes(at, n) {
		return new Uint8Array(await this.blob.slice(at, at + n).arrayBuffer());
	}

	async read(name) {
		const m = this.members.get(name);
		return m === undefined ? null : this.bytes(m.at + BLOCK, m.size);
	}

	hash(name) {
		return this.members.get(name)?.hash ?? null;
	}

	async walk() {
		let at = 0;
		try {
			while (at !== null)
				at = await this.member(at);
		} catch (fault) {
			if (!(fault instanceof Fault))
				throw fault;
			this.report(fault.code, fault.weight, fault.message);
			this.stopped = true;
		}
		this.finishGroups();
	}

	truncated() {
		this.cut = true;
		this.report("D-TRUNCATED", "unchecked", `The file ends at byte ${this.blob.size}, before the bundle does. Copy it again.`);
		return null;
	}

	async member(at) {
		if (at + BLOCK > this.blob.size)
			return this.truncated();
		const block = await this.bytes(at, BLOCK);
		if (at === 0)
			this.begin(block);
		if (isZero(block))
			return this.end(at);
		const field = latin1(block.subarray(124, 136));
		const path = `${text(block, 345, 500)}/${text(block, 0, 100)}`;
		const size = /^[0-7]{11}\0$/.test(field) ? parseInt(field, 8) : -1;
		const expected = size < 0 ? null : header(path, size);
		if (expected === null || !same(block, expected) || !path.startsWith(`${this.uuid}/`))
			throw new Fault("D-HEADER", "broken", `The header at byte ${at} was changed. What follows it cannot be read.`);
		const name = path.slice(this.uuid.length + 1);
		if (size > (name.startsWith("data/") ? PACK : name === TAIL[0] ? MANIFEST : SMALL))
			throw new Fault("D-HEADER", "broken", `${name} is larger than such a file may be.`);
		const behind = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
		if (behind > this.blob.size)
			return this.truncated();
		const content = await this.bytes(at + BLOCK, behind - at - BLOCK);
		if (!isZero(content.subarray(size)))
			this.report("D-PADDING", "broken", `The filling behind ${name} is not zero.`);
		await this.take(name, { at, size, hash: await sha256(content.subarray(0, size)) }, content.subarray(0, size));
		this.progress(behind, this.blob.size);
		return behind;
	}

	begin(block) {
		const uuid = text(block, 345, 500).split("/")[0];
		if (latin1(block.subarray(0, 10)) !== "bagit.txt\0" && !(latin1(block.subarray(257, 263)) === "ustar\0" && UUID.test(uuid)))
			throw new Fault("D-IO", "unchecked", "This file is no evx bundle.");
		if (!UUID.test(uuid))
			throw new Fault("D-HEADER", "broken", "The first header was changed: it names no exhibit.");
		this.uuid = uuid;
	}

	async end(at) {
		const behind = at + 2 * BLOCK;
		if (behind > this.blob.size)
			return this.truncated();
		if (!isZero(await this.bytes(at + BLOCK, BLOCK)))
			throw new Fault("D-HEADER", "broken", `The end of the archive at byte ${at} was changed.`);
		const most = Math.min(this.blob.size, behind + SMALL);
		let zero = most === this.blob.size;
		for (let from = behind; zero && from < most; from += PIECE)
			zero = isZero(await this.bytes(from, Math.min(PIECE, most - from)));
		if (this.blob.size > behind)
			this.report("D-TRAILING", zero ? "remark" : "gap", `${this.blob.size - behind} bytes stand behind the end of the bundle.`);
		this.progress(this.blob.size, this.blob.size);
		return null;
	}

	// A member in its place, or not.
	async take(name, member, content) {
		if (this.members.has(name)) {
			this.report("D-DUPLICATE", "broken", `${name} stands there twice.`);
			return;
		}
		const put = this.group === 0 ? this.first(name) : this.later(name);
		if (!put) {
			this.report("D-ORDER", "broken", `${name} stands where no such file may be.`);
			return;
		}
		this.members.set(name, member);
		if (name.startsWith("data/")) {
			this.packs.push(name);
			if (name !== `data/${member.hash}.pack`)
				this.report("D-PACK-HASH", "broken", `${name} was changed: its bytes do not have the hash in its name.`);
		}
		if (name.startsWith("append-") && (member.size !== BLOCK || !isZero(content)))
			this.report("D-JOINT", "broken", `${name} is not 512 zero bytes.`);
		if (name.startsWith("index-"))
			this.closeGroup(name, content);
	}

	// Group 0000: each kind of member has its rank.
	first(name) {
		const tail = TAIL.indexOf(name);
		let rank = HEAD.indexOf(name);
		let place = null;
		if (/^data\/[0-9a-f]{64}\.pack$/.test(name))
			rank = 4;
		else if (tail >= 0)
			rank = tail < 2 ? 5 + tail : 8;
		else if (name.startsWith("origin/")) {
			place = placeOf(name.slice(7));
			rank = place !== null && ["json", "signature", "record", "stamp"].includes(place.kind) ? 7 : -1;
		} else if (name === "index-0000")
			rank = 10;
		else if (rank < 0) {
			place = placeOf(name);
			rank = place !== null && place.event === 0 && place.kind !== "keys" && place.kind !== "stamp" ? 9 : -1;
		}
		const last = this.last ?? { rank: -1, place: null };
		if (rank < 0 || rank < last.rank || (rank === last.rank && rank !== 4 && !(place !== null && isBefore(last.place, place))))
			return false;
		this.last = { rank, place };
		if (rank === 7)
			this.origin.push(place);
		if (rank === 9)
			this.add(place);
		return true;
	}

	// A later group: append-NNNN, one event's files or one time-stamp, index-NNNN.
	later(name) {
		const number = String(this.group).padStart(4, "0");
		if (this.last === null) {
			this.last = { known: this.events.length, place: null, stamp: false };
			return name === `append-${number}`;
		}
		if (name === `index-${number}`)
			return this.last.place !== null;
		const place = placeOf(name);
		const { known, place: before, stamp } = this.last;
		if (place === null || stamp || (before !== null && !isBefore(before, place)))
			return false;
		if (place.kind === "stamp" ? place.event >= known || before !== null : place.event !== known || known >= EVENTS)
			return false;
		this.last = { known, place, stamp: place.kind === "stamp" };
		this.add(place);
		return true;
	}

	add(place) {
		this.events[place.event] ??= [];
		this.events[place.event].push(place);
	}

	closeGroup(name, content) {
		const expected = this.index(name);
		if (latin1(content) !== expected)
			this.report("D-INDEX", "broken", `${name} is not the one that belongs to these files.`);
		this.group++;
		this.last = null;
		this.complete = { events: this.events.map((e) => e.length), members: this.members.size };
	}

	index(name) {
		const lines = ["evx-index/1"];
		for (const [n, m] of this.members)
			if (n === name)
				break;
			else if (!n.startsWith("data/"))
				lines.push(`${m.at} ${m.size} ${n}`);
			else if (n === this.packs[0])
				lines.push(`${m.at} ${this.packs.length} data/`);
		const text = `${lines.join("\n")}\n`;
		const filled = text + "\n".repeat((BLOCK - (text.length % BLOCK)) % BLOCK);
		return `${filled}${`at ${this.members.get(name).at}`.padEnd(BLOCK - 1)}\n`;
	}

	// Of an appended group that is not whole, nothing counts.
	finishGroups() {
		if (this.group === 0) {
			if (!this.cut && !this.stopped)
				this.report("D-TRUNCATED", "broken", "The archive ends before its first index.");
			return;
		}
		if (this.last === null)
			return;
		if (!this.cut && !this.stopped)
			this.report("D-TRUNCATED", "broken", "The archive ends inside a group of files.");
		this.events.length = this.complete.events.length;
		this.events = this.events.map((e, i) => e.slice(0, this.complete.events[i]));
		for (const name of [...this.members.keys()].slice(this.complete.members))
			this.members.delete(name);
	}

	lines(names) {
		return names.map((n) => `${this.hash(n)}  ${n}\n`).join("");
	}

	// What needs all of group 0000. sequences: the lengths that the seal signs, or null where it cannot be read.
	async check(sequences) {
		if (this.cut && this.group === 0)
			return;
		const bagit = await this.read("bagit.txt");
		const readme = await this.read("README.txt");
		if (bagit === null || latin1(bagit) !== "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
			this.report("D-BAG", "broken", "bagit.txt is missing or was changed.");
		if (readme === null || utf8(readme) === null)
			this.report("D-BAG", "broken", "README.txt is missing or is no text.");
		const sizes = this.packs.map((n) => this.members.get(n).size);
		const info = await this.read("bag-info.txt");
		if (info === null || latin1(info) !== `Payload-Oxum: ${sizes.reduce((a, b) => a + b, 0)}.${sizes.length}\n`)
			this.report("D-BAG", "broken", "bag-info.txt does not give the number and length of the packs.");
		const manifest = await this.read(TAIL[0]);
		if (manifest === null || latin1(manifest) !== this.packs.map((n) => `${n.slice(5, 69)}  ${n}\n`).join(""))
			this.report("D-MANIFEST", "broken", "The manifest does not list exactly the packs that are here.");
		const tags = await this.read(TAIL[2]);
		if (tags === null || latin1(tags) !== this.lines([...TAGGED, ...this.origin.map((p) => `origin/${p.name}`)]))
			this.report("D-TAGMANIFEST", "broken", "The tag manifest does not have the hashes of the files here.");
		if (sequences !== null && !same(sizes, packLengths(sequences)))
			this.report("D-PACK-LENGTH", "broken", "Number or lengths of the packs are not those that the seal signs.");
	}
}

function packLengths(sequences) {
	const out = [];
	for (const length of sequences)
		for (let rest = length; rest > 0; rest -= PACK)
			out.push(Math.min(PACK, rest));
	return out;
}

// The types of the stanzas in the header of an age file, or null where that is none (format-spec/age.md).
export function stanzas(bytes) {
	const head = latin1(bytes.subarray(0, 1048576));
	const begin = "age-encryption.org/v1\n";
	const types = [];
	let at = begin.length;
	if (!head.startsWith(begin))
		return null;
	const line = () => {
		const end = head.indexOf("\n", at);
		if (end < 0)
			return null;
		const out = head.slice(at, end);
		at = end + 1;
		return out;
	};
	for (let one = line(); ; one = line()) {
		if (one === null)
			return null;
		if (one.startsWith("---"))
			return types.length > 0 && /^--- [A-Za-z0-9+/]{43}$/.test(one) && isBase64(one.slice(4)) && bytes.length >= at + 32 ? types : null;
		if (!/^->( [!-~]+)+$/.test(one) || types.length >= 1024)
			return null;
		const [, type, share, more] = one.split(" ");
		let body = "";
		for (let part = line(); ; part = line()) {
			if (part === null || part.length > 64)
				return null;
			body += part;
			if (part.length < 64)
				break;
		}
		if (!isBase64(body) || (type === "X25519" && (more !== undefined || !/^[A-Za-z0-9+/]{43}$/.test(share ?? "") || body.length !== 43)))
			return null;
		types.push(type);
	}
}

// Canonical base64 without padding.
function isBase64(text) {
	if (!/^[A-Za-z0-9+/]*$/.test(text) || text.length % 4 === 1)
		return false;
	const padded = text + "=".repeat((4 - (text.length % 4)) % 4);
	return btoa(atob(padded)) === padded;
}
