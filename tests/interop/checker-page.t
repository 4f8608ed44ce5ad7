#!/bin/bash
# A report page with the checker, in Chromium: it judges bundles as evx does, asks the network for nothing, and takes no text of a bundle for markup.
. "$(dirname "$0")/tap.sh"
needs node
chromium=$(command -v chromium || command -v chromium-browser) || { echo "1..0 # SKIP chromium is not installed"; exit 0; }
generate=${EVX_BUILD:-$(dirname "$EVX")}/vectors-generate
[ -x "$generate" ] || { echo "1..0 # SKIP $generate is not built"; exit 0; }

cd "$work" || exit 1
make_identity alice
head -c 9000000 /dev/urandom >source
ok 'a bundle' "$EVX" seal source -o x.evx --case '<b>1</b>' --public-label --exhibit '<img src=x onerror=alert(1)>' --as alice --self --yes --quiet
ok 'another one' "$EVX" seal source -o other.evx --case C --exhibit 2 --as alice --self --yes --quiet
ok 'volumes' "$EVX" seal source -o split.evx --split 4M --case C --exhibit 3 --as alice --self --yes --quiet
ok 'a page without a script' "$EVX" report x.evx -o plain.html --quiet
ok 'has none' sh -c '! grep -q "<script" plain.html'
ok 'a page with the checker' "$EVX" report x.evx -o page.html --with-checker --quiet
ok 'a page of the volumes' "$EVX" report split.evx.001 -o split.html --with-checker --quiet
ok '--form has no checker' fails 2 '' "$EVX" report x.evx --form fre902 -o form.txt --with-checker
policy=$(grep -o "script-src 'sha256-[A-Za-z0-9+/=]*'" page.html)
own=$("$PYTHON" -c 'import base64, hashlib, sys; t = open("page.html", encoding="utf-8").read().split("<script>")[1].split("</script>")[0]; print(base64.b64encode(hashlib.sha256(t.encode()).digest()).decode())')
ok 'the page allows its own script and no other' [ "$policy" = "script-src 'sha256-$own'" ]
cp x.evx changed.evx && printf "not the same" | dd of=changed.evx bs=1 seek=5000000 conv=notrunc status=none
cp x.evx longer.evx && ok 'a note behind the report' "$EVX" note longer.evx hello --as alice --quiet
head -c 5000000 x.evx >cut.evx
ok 'Chromium checks them' sh -c "timeout 300 node '$here/../checker/browser.mjs' '$chromium' page.html x.evx changed.evx longer.evx cut.evx other.evx source >said"
says() { awk -F'\t' -v f="$1" -v w="$2" '$3 == f { found = $1 == w } END { exit !found }' said || { cat said; return 1; }; }
ok 'the bundle is good' says x.evx GOOD
ok 'a changed one is bad' says changed.evx BAD
ok 'a longer one is good' says longer.evx GOOD
ok 'and is said to be longer' sh -c "grep -q 'has 1 more entries than the report' said"
ok 'a copy that ends early is not checked' says cut.evx 'NOT CHECKED'
ok 'another exhibit is another' says other.evx 'WRONG EXHIBIT'
ok 'what is no bundle is not checked' says source 'NOT CHECKED'
ok 'nothing is asked of a network' sh -c "head -n 1 said | cut -f2 | grep -qx 0"
ok 'no text of a bundle became markup' sh -c "! grep -q MARKUP said"
ok 'volumes, in any order' sh -c "timeout 300 node '$here/../checker/browser.mjs' '$chromium' split.html split.evx.002,split.evx.001,split.evx.003 split.evx.001,split.evx.003 >said"
ok 'are good' says split.evx.002,split.evx.001,split.evx.003 GOOD
ok 'a missing one is named' sh -c "grep -q '^Volume 002 is missing' said"

# On the screen of a telephone nothing stands over the edge, in any language: what is wide is moved by itself.
for lang in en fr es ar; do ok "a page: $lang" "$EVX" report longer.evx -o narrow-$lang.html --lang $lang --quiet --trust "$(card alice)" --as alice; done
narrow() { timeout 200 node "$here/../checker/narrow.mjs" "$chromium" 320 "$@"; }
ok 'pages on a telephone' narrow narrow-en.html narrow-fr.html narrow-es.html narrow-ar.html page.html
sed 's/<div class="wide"/<div class="none"/; s/<table>/<table style="width:900px">/' narrow-en.html >over.html
ok 'a page that is too wide is found' fails 1 'over.html' narrow over.html

# Accessible by WCAG 2.2 AA, as axe-core judges, in light and dark, before and after a check; a page that is wrong is found.
axe=$here/../../build/npm/node_modules/axe-core/axe.min.js
accessible() { timeout 120 node "$here/../checker/axe.mjs" "$chromium" "$axe" "$@"; }
if [ -f "$axe" ]; then
	ok 'a page is accessible' accessible plain.html
	ok 'from right to left, too' accessible narrow-ar.html
	ok 'with a result of the checker, too' accessible page.html changed.evx
	sed 's/<label for="checker-file">Bundle<\/label>//; s/ lang="en"//' page.html >wrong.html
	ok 'a field without a label is found' fails 1 'dark:' accessible wrong.html
else
	for what in plain result wrong; do checks=$((checks + 1)) && echo "ok $checks # SKIP $what: axe-core is not installed (npm)"; done
fi

# The whole set of vectors, by a page that is about no exhibit: its bundle has no seal.
"$generate" vectors || exit 1
(cd vectors && find good fault -name '*.evx' | LC_ALL=C sort) >names
ok 'a page about no exhibit' fails 3 '' "$EVX" report cut.evx -o none.html --with-checker --quiet
ok 'Chromium judges every vector' sh -c "cd vectors && xargs timeout 500 node '$here/../checker/browser.mjs' '$chromium' ../none.html <../names >../said"
sed 1d said | awk -F'\t' '{ print $3 "\t" $1 }' | LC_ALL=C sort >browser
(cd vectors && xargs node "$here/../checker/judge.mjs" <../names) | awk -F'\t' '{ print $3 "\t" $1 }' | LC_ALL=C sort >plain
ok 'with the same words as outside a browser' diff plain browser
ok 'all of them' [ "$(wc -l <browser)" = "$(wc -l <names)" ]
done_testing
