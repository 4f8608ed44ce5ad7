// How wide pages are on the screen of a telephone: narrow.mjs CHROMIUM WIDTH PAGE... prints each that has to be moved sideways, or has a text that is cut off or runs over the edge, and ends
// with 1 where there is one.
import { withPage } from "./chromium.mjs";

const [chromium, width, ...pages] = process.argv.slice(2);
// What stands over the edge and is in nothing that moves by itself.
const OVER = `[...document.querySelectorAll("main *")].filter((e) => !e.closest(".wide") && e.getClientRects().length > 0 &&
	(e.getBoundingClientRect().right > ${width} + 0.5 || e.getBoundingClientRect().left < -0.5)).map((e) => e.tagName + " " + e.textContent.replace(/\\s+/g, " ").slice(0, 40))`;

for (const page of pages)
	await withPage(chromium, page, async ({ send, evaluate }) => {
		await send("Emulation.setDeviceMetricsOverride", { width: Number(width), height: 800, deviceScaleFactor: 1, mobile: true });
		const all = await evaluate("document.documentElement.scrollWidth");
		const over = await evaluate(OVER);
		if (all > Number(width) || over.length > 0) {
			console.log(`${page}: ${all} wide; ${over.slice(0, 3).join("; ")}`);
			process.exitCode = 1;
		}
	});
