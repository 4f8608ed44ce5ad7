// What axe-core finds wrong with pages by WCAG 2.2, levels A and AA, in light and in dark: axe.mjs CHROMIUM AXE PAGE [FILE] prints a line for each, with
// the place, and ends with 1 where there is one. FILE is chosen in the page first, so that its checker shows a result.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { withPage } from "./chromium.mjs";

const [chromium, axe, page, file] = process.argv.slice(2);
const RUN = `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }).then((r) =>
	({ rules: r.passes.length, wrong: r.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.target).join(" ")) }))`;

await withPage(chromium, page, async ({ send, evaluate, until }) => {
	if (file !== undefined) {
		const { root } = await send("DOM.getDocument");
		const { nodeId } = await send("DOM.querySelector", { nodeId: root.nodeId, selector: "#checker-file" });
		await send("DOM.setFileInputFiles", { nodeId, files: [resolve(file)] });
		await until("document.getElementById('checker-status').textContent.startsWith('Finished')");
	}
	await evaluate(`${readFileSync(axe, "utf8")}; true`);
	for (const scheme of ["light", "dark"]) {
		await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
		const { rules, wrong } = await evaluate(RUN);
		for (const one of wrong)
			console.log(`${scheme}: ${one}`);
		console.log(`${scheme}: ${rules} rules passed, ${wrong.length} broken`);
		if (wrong.length > 0 || rules < 5)
			process.exitCode = 1;
	}
});
