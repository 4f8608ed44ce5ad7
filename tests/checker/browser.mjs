// Opens a report page in headless Chromium, chooses files in it one after the other, and prints what it says of each: browser.mjs CHROMIUM PAGE FILE...
// prints verdict, tab, the text of the result on one line, tab, file. A first line has what the page holds before: its title, a tab, and the number of
// requests that it made but for itself. Chromium is spoken to over two pipes (Chrome DevTools Protocol), without any package.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const SECONDS = 60; // for one answer
const [chromium, page, ...files] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "checker-"));
const child = spawn(chromium, ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe",
	`--user-data-dir=${profile}`, "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
const waiting = new Map();
const requests = [];
let next = 1;
let rest = "";
let session;

child.stdio[4].on("data", (data) => {
	const messages = (rest + data).split("\0");
	rest = messages.pop();
	for (const text of messages) {
		const message = JSON.parse(text);
		if (message.method === "Network.requestWillBeSent")
			requests.push(message.params.request.url);
		const entry = waiting.get(message.id);
		if (entry === undefined)
			continue;
		waiting.delete(message.id);
		if (message.error)
			entry.reject(new Error(message.error.message));
		else
			entry.resolve(message.result);
	}
});

function send(method, params = {}) {
	const id = next++;
	child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId: session })}\0`);
	return new Promise((resolve_, reject) => {
		const timer = setTimeout(() => reject(new Error(`${method}: no answer`)), SECONDS * 1000);
		waiting.set(id, { resolve: (r) => (clearTimeout(timer), resolve_(r)), reject });
	});
}

async function evaluate(expression) {
	const { result, exceptionDetails } = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
	if (exceptionDetails)
		throw new Error(exceptionDetails.text);
	return result.value;
}

async function until(expression) {
	for (const end = Date.now() + SECONDS * 1000; Date.now() < end; await new Promise((r) => setTimeout(r, 20))) {
		const value = await evaluate(expression);
		if (value)
			return value;
	}
	throw new Error(`never: ${expression}`);
}

try {
	const { targetInfos } = await send("Target.getTargets");
	const { targetId } = targetInfos.find((t) => t.type === "page");
	session = (await send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
	await send("Page.enable");
	await send("Network.enable");
	await send("DOM.enable");
	await send("Page.navigate", { url: pathToFileURL(resolve(page)).href });
	await until("document.readyState === 'complete' && !document.getElementById('checker').hidden");
	const { root } = await send("DOM.getDocument");
	const { nodeId } = await send("DOM.querySelector", { nodeId: root.nodeId, selector: "#checker-file" });
	const title = await evaluate("document.title");
	const lines = [];
	for (const file of files) {
		await evaluate("document.getElementById('checker-status').textContent = ''");
		await send("DOM.setFileInputFiles", { nodeId, files: file.split(",").map((f) => resolve(f)) });
		const status = await until("(() => { const s = document.getElementById('checker-status').textContent; return /^(Finished|The file|Volume)/.test(s) && s; })()");
		const text = await evaluate("document.getElementById('checker-result').innerText.replace(/\\s+/g, ' ')");
		const marks = await evaluate("document.querySelectorAll('#checker-result b, #checker-result img, #checker-result script').length");
		lines.push(`${status.replace(/^Finished: /, "")}\t${marks > 0 ? "MARKUP " : ""}${text}\t${file}`);
	}
	console.log(`${title}\t${requests.filter((url) => !url.startsWith("file:")).length}`);
	console.log(lines.join("\n"));
} finally {
	child.kill("SIGKILL");
	await new Promise((r) => child.once("close", r));
	rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
