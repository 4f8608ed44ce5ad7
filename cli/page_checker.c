/* The part of a report page that checks a bundle. */
#include "page_checker.h"

#include "page.h"

void page_checker(FILE *f, const struct evx_report *r)
{
	fputs("<section id=\"checker\" aria-labelledby=\"checker-heading\" lang=\"en\" dir=\"ltr\"",
		f);
	if (r->seal_hash[0] != '\0' && r->head[0] != '\0') {
		fputs(" data-seal=\"", f);
		page_text(f, r->seal_hash);
		fputs("\" data-head=\"", f);
		page_text(f, r->head);
		putc('"', f);
	}
	fputs(" hidden>\n<h2 id=\"checker-heading\">Check a bundle with this page</h2>\n", f);
	page_paragraph(f,
		"Choose the bundle, or drop its file here: NAME.evx, or all its volumes. This page "
		"reads it on this computer, without a network and without a key. It sends nothing "
		"anywhere.");
	page_paragraph(f,
		"The page can only be as honest as the one who gave it to you. If that matters, "
		"take the page from somebody else, or use the commands below.");
	fputs("<p><label for=\"checker-file\">Bundle</label> <input id=\"checker-file\" "
	      "type=\"file\" multiple></p>\n<p id=\"checker-status\" role=\"status\"></p>\n"
	      "<div id=\"checker-result\" tabindex=\"-1\" role=\"group\" "
	      "aria-label=\"Result of the check\"></div>\n</section>\n"
	      "<p id=\"checker-off\" lang=\"en\" dir=\"ltr\">This page can check a bundle. That "
	      "did not start: scripts are "
	      "off, or this browser is too old.</p>\n<script>",
		f);
	fputs(page_checker_script, f);
	fputs("</script>\n", f);
}
