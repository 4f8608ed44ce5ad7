// Headless Chromium with one page, spoken to over two pipes (Chrome DevTools Protocol), without any package.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const SECONDS = 60; // for one answer

// Opens the file PAGE in the program CHROMIUM, calls use(browser), and ends it. The browser has send(method, params), evaluate(expression),
// until(expression), which waits until its value is true, and requests, the addresses that were asked for.
export async function withPage(chromium, page, use) {
	const profile = mkdtempSync(join(tmpdir(), "checker-"));
	const child = spawn(chromium, ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
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
			waiting.delete(message.id);
			if (entry !== undefined)
				entry(message);
		}
	});

	function send(method, params = {}) {
		const id = next++;
		child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId: session })}\0`);
		return new Promise((good, bad) => {
			const timer = setTimeout(() => bad(new Error(`${method}: no answer`)), SECONDS * 1000);
			waiting.set(id, (message) => {
				clearTimeout(timer);
				if (message.error)
					bad(new Error(message.error.message));
				else
					good(message.result);
			});
		});
	}

	async function evaluate(expression) {
		const { result, exceptionDetails } = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
		if (exceptionDetails)
			throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
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
		await until("document.readyState === 'complete' && document.body !== null && document.title !== ''");
		await use({ send, evaluate, until, requests });
	} finally {
		child.kill("SIGKILL");
		await new Promise((r) => child.once("close", r));
		rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
	}
}
