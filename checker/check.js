// The whole check of one bundle, and its verdict (format-spec/verification.md). Nothing here needs a key or a network.
import { latin1 } from "./bytes.js";
import { Archive } from "./archive.js";
import { Chain } from "./chain.js";
import { field } from "./event.js";
import { canVerify, fingerprint } from "./signature.js";
import { sealCode } from "./seal_code.js";

const ALPHA_WEIGHTS = ["broken", "newer", "unchecked", "gap", "remark", "info"];

// The record of a disclosure's original, below origin/.
class OriginFiles {
	constructor(archive) {
		this.archive = archive;
	}

	read(name) {
		return this.archive.read(`origin/${name}`);
	}

	hash(name) {
		return this.archive.hash(`origin/${name}`);
	}
}

function byEvent(places) {
	const out = [];
	for (const p of places)
		(out[p.event] ??= []).push(p);
	return out;
}

async function originalOf(archive, chain, seal, now, report) {
	const places = byEvent(archive.origin);
	const say = (code, weight, text, event) => report(code, weight, `The original: ${text}`, event, true);
	if (seal.shape === "whole") {
		if (places.length > 0)
			report("D-ORIGIN", "broken", "A whole exhibit holds the record of another one.", null);
		return null;
	}
	if (places.length === 0) {
		report("D-ORIGIN", "broken", "The record of the original is missing.", null);
		return null;
	}
	const files = new OriginFiles(archive);
	const uuid = await uuidOf(files, places[0]);
	const original = new Chain({ files, places, uuid, original: true, cut: false, tagmanifest: null, now, report: say });
	await original.judge();
	const first = original.events[0];
	const whole = first?.event;
	if (!original.hasGoodSeal || first.hash !== seal.origin.exhibit || whole.shape !== "whole" || whole.listingRoot !== seal.origin.listingRoot ||
		whole.uuid === archive.uuid)
		report("D-ORIGIN", "broken", "This disclosure and the seal of its original do not belong together.", null);
	const last = original.events[original.events.length - 1];
	const given = last?.event === null || last === undefined ? undefined : field(last.event, "disclosure");
	const fits = original.rightful === original.events.length && last.counts && last.event.type === "disclose" && given !== undefined &&
		given.get("uuid") === archive.uuid && given.get("manifest") === archive.hash("manifest-sha256.txt") &&
		given.get("listing_root") === seal.listingRoot && last.event.signers[0] === seal.signers[0];
	if (!fits)
		report("R-DISCLOSURE", "broken", "The record of the original does not end with an entry that gives out this bundle.", null);
	return original;
}

async function uuidOf(files, places) {
	const json = places?.find((p) => p.kind === "json");
	const bytes = json === undefined ? null : await files.read(json.name);
	return bytes === null ? null : /"uuid" *: *"([0-9a-f-]{36})"/.exec(latin1(bytes))?.[1] ?? null;
}

// D and grave faults of the seal are about the data; C and R about custody.
function lineOf(finding) {
	const aboutSeal = finding.event === 0 && ["unchecked", "newer", "broken"].includes(finding.weight);
	if (finding.code.startsWith("D-"))
		return ["data"];
	return finding.code.startsWith("C-") && aboutSeal ? ["data", "custody"] : ["custody"];
}

function gravest(findings) {
	return ALPHA_WEIGHTS.find((w) => findings.some((f) => f.weight === w)) ?? "info";
}

function dataWord(findings) {
	const w = gravest(findings);
	return w === "broken" ? "CHANGED" : w === "newer" || w === "unchecked" ? "not checked" : "unchanged";
}

function custodyWord(findings, entries) {
	const w = gravest(findings);
	const gaps = findings.filter((f) => f.weight === "gap").length;
	if (w === "broken")
		return "BROKEN";
	if (w === "newer" || w === "unchecked" || entries === 0)
		return "not checked";
	return gaps > 0 ? `GAPS (${gaps})` : "complete";
}

function verdict(findings) {
	return { broken: "BAD", newer: "TOO NEW", unchecked: "NOT CHECKED", gap: "OPEN QUESTIONS" }[gravest(findings)] ?? "GOOD";
}

// What a page that holds a report knows of its exhibit: seal and head (hashes), entries (number). Nothing of that is signed here: it tells whether the
// file is the one that the report is about.
function compare(expected, result, report) {
	if (!expected || result.seal === null)
		return;
	if (expected.seal !== result.seal) {
		result.other = true;
		return;
	}
	const at = result.hashes.indexOf(expected.head);
	if (at < 0)
		report("REPORT", "gap", "The custody record in this file is not the one of the report: entries were cut off or exchanged, or this is another copy.", null);
	else if (at < result.hashes.length - 1)
		report("REPORT", "remark", `The custody record in this file has ${result.hashes.length - 1 - at} more entries than the report.`, null);
}

// Checks a Blob. expected: see compare, or null. Resolves to the verdict with its findings, the weightiest first.
export async function checkBundle(blob, { expected = null, progress = () => {}, now = Math.floor(Date.now() / 1000) } = {}) {
	const findings = [];
	const report = (code, weight, text, event = null, origin = false) => findings.push({ code, weight, text, event, origin });
	if (!globalThis.crypto?.subtle || !(await canVerify())) {
		report("D-IO", "unchecked", "This browser cannot check Ed25519 signatures. Open the page with a newer one.");
		return { verdict: "NOT CHECKED", data: "not checked", custody: "not checked", findings, entries: [], seal: null, hashes: [] };
	}
	const archive = new Archive(blob, report, progress);
	await archive.walk();
	if (archive.uuid === null && archive.stopped)
		return { verdict: verdict(findings), data: "not checked", custody: "not checked", findings, entries: [], seal: null, hashes: [] };
	const chain = new Chain({ files: archive, places: archive.events, uuid: archive.uuid, original: false,
		cut: archive.cut && archive.group === 0, tagmanifest: archive.hash("tagmanifest-sha256.txt"), now, report });
	await chain.judge();
	const seal = chain.seal?.known ? chain.seal : null;
	await archive.check(seal?.sequences ?? null);
	const original = seal === null || (archive.cut && archive.group === 0) ? null : await originalOf(archive, chain, seal, now, report);
	return conclude(archive, chain, original, findings, report, expected);
}

async function entriesOf(chain) {
	const out = [];
	for (const at of chain.events)
		if (at.event !== null)
			out.push({ number: at.number, type: at.event.type, time: new Date(at.event.time * 1000).toISOString().replace(".000Z", "Z"),
				signer: await fingerprint(at.event.signers[0]), signers: at.event.signers.length, signed: at.signed, counts: at.counts, claim: at.claim });
	return out;
}

async function conclude(archive, chain, original, findings, report, expected) {
	const sealed = chain.hasGoodSeal;
	const seal = sealed ? chain.events[0].hash : null;
	const result = { uuid: archive.uuid, seal, code: sealed ? await sealCode(seal) : null, complete: sealed ? chain.seal.complete : null,
		shape: sealed ? chain.seal.shape : null, origin: original === null || !sealed ? null : chain.seal.origin,
		stamps: chain.stamps.size, hashes: chain.events.slice(0, chain.rightful).map((e) => e.hash), entries: await entriesOf(chain), other: false };
	compare(expected, result, report);
	findings.sort((a, b) => ALPHA_WEIGHTS.indexOf(a.weight) - ALPHA_WEIGHTS.indexOf(b.weight));
	result.findings = findings;
	result.data = dataWord(findings.filter((f) => lineOf(f).includes("data")));
	result.custody = custodyWord(findings.filter((f) => lineOf(f).includes("custody")), chain.events.length);
	result.verdict = result.other ? "WRONG EXHIBIT" : verdict(findings);
	return result;
}

