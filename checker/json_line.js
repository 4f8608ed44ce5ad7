// One line of JSON, as narrow as format-spec/conventions.md "JSON" has it.
import { Fault, latin1, utf8 } from "./bytes.js";

const NESTING = 16;
const CONTAINERS = 131072;
const VALUES = 524288;
const INTEGER = 2 ** 53;

function bad(text) {
	throw new Fault("C-JSON", "broken", text);
}

// A parser of its own: JSON.parse takes a key twice, and says nothing of how a number was written.
class Parser {
	constructor(text) {
		this.text = text;
		this.at = 0;
		this.containers = 0;
		this.values = 0;
	}

	space() {
		while (this.text[this.at] === " ")
			this.at++;
	}

	take(c) {
		if (this.text[this.at] !== c)
			bad(`expected ${c} at character ${this.at}`);
		this.at++;
	}

	string() {
		const from = this.at;
		this.take('"');
		for (;;) {
			const c = this.text[this.at];
			if (c === undefined)
				bad("a text that does not end");
			this.at += c === "\\" ? 2 : 1;
			if (c === '"')
				break;
		}
		if (++this.values > VALUES)
			bad("too many values");
		let value;
		try {
			value = JSON.parse(this.text.slice(from, this.at));
		} catch {
			bad(`a text that is none, at character ${from}`);
		}
		if (value.includes("\0"))
			bad("a NUL in a text");
		if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value))
			bad("half a character in a text");
		return value;
	}

	number() {
		const match = /^-?(0|[1-9][0-9]*)(?![0-9.eE])/.exec(this.text.slice(this.at, this.at + 32));
		if (match === null)
			bad(`a number that is no integer, at character ${this.at}`);
		const value = Number(match[0]);
		if (!Number.isFinite(value) || Math.abs(value) > INTEGER || match[0].length > 17)
			bad("an integer beyond 2^53");
		this.at += match[0].length;
		return value;
	}

	word() {
		for (const [word, value] of [["true", true], ["false", false], ["null", null]])
			if (this.text.startsWith(word, this.at)) {
				this.at += word.length;
				return value;
			}
		return bad(`no value at character ${this.at}`);
	}

	value(depth) {
		const c = this.text[this.at];
		if (c === '"')
			return this.string();
		if (++this.values > VALUES)
			bad("too many values");
		if (c === "{" || c === "[") {
			if (depth >= NESTING || ++this.containers > CONTAINERS)
				bad("nested too deep");
			return c === "{" ? this.object(depth + 1) : this.array(depth + 1);
		}
		return c === "-" || (c >= "0" && c <= "9") ? this.number() : this.word();
	}

	object(depth) {
		const out = new Map();
		this.list("{", "}", () => {
			const key = this.string();
			if (out.has(key))
				bad(`the key ${key} stands twice`);
			this.space();
			this.take(":");
			this.space();
			out.set(key, this.value(depth));
		});
		return out;
	}

	array(depth) {
		const out = [];
		this.list("[", "]", () => out.push(this.value(depth)));
		return out;
	}

	list(open, close, one) {
		this.take(open);
		this.space();
		if (this.text[this.at] === close) {
			this.at++;
			return;
		}
		for (;;) {
			one();
			this.space();
			if (this.text[this.at] === close) {
				this.at++;
				return;
			}
			this.take(",");
			this.space();
		}
	}
}

// The object of a line as a Map; objects inside it are Maps, too.
export function jsonLine(bytes, limit) {
	if (bytes.length > limit)
		bad(`longer than ${limit} bytes`);
	if (bytes.length === 0 || bytes[bytes.length - 1] !== 10 || /[\0-\x1f\x7f]/.test(latin1(bytes.subarray(0, -1))))
		bad("not one line of text");
	const text = utf8(bytes);
	if (text === null)
		bad("not UTF-8");
	const parser = new Parser(text.slice(0, -1));
	parser.space();
	if (parser.text[parser.at] !== "{")
		bad("not an object");
	const value = parser.value(0);
	parser.space();
	if (parser.at !== parser.text.length)
		bad("more than one object");
	return value;
}

// Exactly the required keys, perhaps some of the optional ones. Another key makes the document a newer one; what begins with x- is ignored.
export function keys(map, what, required, optional = []) {
	for (const key of map.keys())
		if (!required.includes(key) && !optional.includes(key) && !key.startsWith("x-"))
			throw new Fault("C-JSON", "newer", `${what} has the key ${key}, which this page does not know.`);
	for (const key of required)
		if (!map.has(key))
			throw new Fault("C-JSON", "broken", `${what} has no ${key}.`);
}
