// The part of a report page that checks a bundle: a field to choose it, a place to drop it, and what was found. Nothing of the bundle is ever taken for
// markup: texts are set as texts.
import { checkBundle } from "./check.js";

const NOT_CHECKED = ["The contents: they are encrypted, and this page has no key. evx verify --deep checks them.",
	"Who the signers are. Compare the fingerprints above with those that their offices publish.",
	"Time-stamps, rosters, receipts in other hands, and whether entries were cut off the end since this report."];

const SENTENCES = {
	GOOD: "Nothing was changed since the seal was signed, and every signature of the custody record is good.",
	BAD: "This file is not as it was signed.",
	"NOT CHECKED": "The check could not be finished. That says neither good nor bad.",
	"TOO NEW": "This file needs a newer program.",
	"OPEN QUESTIONS": "What is signed was not changed. Something is missing, or has to be asked about.",
	"WRONG EXHIBIT": "This is not the exhibit of this report: it has another seal.",
};

function element(name, text, parent) {
	const e = document.createElement(name);
	if (text !== null)
		e.textContent = text;
	if (parent)
		parent.append(e);
	return e;
}

// Characters that could hide or turn others stand as their numbers.
function visible(text) {
	return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);
}

function row(table, heading, text) {
	const tr = element("tr", null, table);
	element("th", heading, tr).scope = "row";
	element("td", visible(text), tr);
}

function list(parent, heading, items) {
	element("h4", heading, parent);
	const ul = element("ul", null, parent);
	for (const item of items)
		element("li", visible(item), ul);
}

function facts(result, parent) {
	const table = element("table", null, parent);
	element("caption", "What the file is", table);
	const body = element("tbody", null, table);
	row(body, "Data", result.data);
	row(body, "Custody record", result.custody);
	row(body, "Signers", "not compared with anybody");
	if (result.code)
		row(body, "Seal code", result.code);
	if (result.origin) {
		const { lines, withheld, exhibit } = result.origin;
		row(body, "Part of an exhibit", `It shows ${lines - withheld} of ${lines} entries of the exhibit with the seal ${exhibit}.`);
	}
	if (result.complete === "no")
		row(body, "Complete", "no: the seal says that part of the source is missing.");
}

function entries(result, parent) {
	const table = element("table", null, parent);
	element("caption", "Entries of the custody record", table);
	const head = element("tr", null, element("thead", null, table));
	for (const heading of ["Entry", "Type", "Time that the signer named", "Signer", "Signature"])
		element("th", heading, head).scope = "col";
	const body = element("tbody", null, table);
	for (const e of result.entries) {
		const tr = element("tr", null, body);
		element("td", String(e.number).padStart(4, "0"), tr);
		element("td", visible(e.type), tr);
		element("td", e.time, tr);
		element("td", e.signer, tr).className = "hash";
		element("td", !e.signed ? "not good" : e.claim ? "good, of somebody unknown" : e.counts ? "good" : "good, but the entry does not count", tr);
	}
}

// The result in words, as a part of the page.
function show(result, name, place) {
	place.replaceChildren();
	const first = element("p", null, place);
	first.className = "verdict";
	element("strong", result.verdict, first);
	first.append(` ${SENTENCES[result.verdict]}`);
	element("p", `File: ${visible(name)}`, place);
	facts(result, place);
	if (result.findings.length > 0)
		list(place, "Findings", result.findings.slice(0, 100).map((f) => `${f.code}: ${f.text}`));
	if (result.entries.length > 0)
		entries(result, place);
	list(place, "Not checked by this page", NOT_CHECKED);
	place.focus();
}

// Volumes are joined in the order of their numbers.
function inOrder(files) {
	const number = (f) => Number(/\.(\d{3,4})$/.exec(f.name)?.[1] ?? 0);
	return [...files].sort((a, b) => number(a) - number(b));
}

function volumesFault(files) {
	const missing = files.length > 1 && files.findIndex((f, i) => !f.name.endsWith(`.${String(i + 1).padStart(3, "0")}`));
	if (missing === false || missing < 0)
		return null;
	return `Volume ${String(missing + 1).padStart(3, "0")} is missing, or another file was chosen. Choose all volumes of one bundle.`;
}

async function run(files, parts) {
	const { status, result, expected, field } = parts;
	const fault = volumesFault(files);
	if (fault !== null) {
		status.textContent = fault;
		return;
	}
	field.disabled = true;
	result.replaceChildren();
	let last = -1;
	const progress = (done, all) => {
		const percent = all === 0 ? 100 : Math.floor((100 * done) / all / 5) * 5;
		if (percent !== last)
			status.textContent = `Checking: ${percent} %`;
		last = percent;
	};
	try {
		status.textContent = "Checking";
		const found = await checkBundle(new Blob(files), { expected, progress });
		show(found, files.map((f) => f.name).join(", "), result);
		status.textContent = `Finished: ${found.verdict}`;
	} catch {
		status.textContent = "The file could not be read to its end. Copy it to this computer, and choose it again.";
	}
	field.disabled = false;
}

export function begin() {
	const section = document.getElementById("checker");
	const field = document.getElementById("checker-file");
	const parts = { field, status: document.getElementById("checker-status"), result: document.getElementById("checker-result"),
		expected: section.dataset.seal ? { seal: section.dataset.seal, head: section.dataset.head } : null };
	const start = (files) => {
		if (files.length > 0)
			run(inOrder(files), parts);
	};
	field.addEventListener("change", () => start(field.files));
	section.addEventListener("dragover", (event) => event.preventDefault());
	section.addEventListener("drop", (event) => {
		event.preventDefault();
		if (!field.disabled)
			start(event.dataTransfer.files);
	});
	section.hidden = false;
	document.getElementById("checker-off").remove();
}
