// Opens a report page, chooses files in it one after the other, and prints what it says of each: browser.mjs CHROMIUM PAGE FILE... prints verdict, tab,
// the text of the result on one line, tab, file. FILE may be several volumes with commas between. A first line has the page's title, a tab, and the number
// of requests that it made but for itself.
import { resolve } from "node:path";
import { withPage } from "./chromium.mjs";

const [chromium, page, ...files] = process.argv.slice(2);
const STATUS = "(() => { const s = document.getElementById('checker-status').textContent; return /^(Finished|The file|Volume)/.test(s) && s; })()";

await withPage(chromium, page, async ({ send, evaluate, until, requests }) => {
	const lines = [];
	await until("!document.getElementById('checker').hidden");
	const { root } = await send("DOM.getDocument");
	const { nodeId } = await send("DOM.querySelector", { nodeId: root.nodeId, selector: "#checker-file" });
	for (const file of files) {
		await evaluate("document.getElementById('checker-status').textContent = ''");
		await send("DOM.setFileInputFiles", { nodeId, files: file.split(",").map((f) => resolve(f)) });
		const status = await until(STATUS);
		const text = await evaluate("document.getElementById('checker-result').innerText.replace(/\\s+/g, ' ')");
		const marks = await evaluate("document.querySelectorAll('#checker-result b, #checker-result img, #checker-result script').length");
		lines.push(`${status.replace(/^Finished: /, "")}\t${marks > 0 ? "MARKUP " : ""}${text}\t${file}`);
	}
	const title = await evaluate("document.title");
	console.log(`${title}\t${requests.filter((url) => !url.startsWith("file:")).length}`);
	console.log(lines.join("\n"));
});
