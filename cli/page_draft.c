/* A draft's text as a page, from which a PDF is made. */
#include "page_draft.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A line of a form whose letters are all capitals is a heading. */
static bool is_heading(const char *line, size_t n)
{
	size_t capitals = 0;

	for (size_t i = 0; i < n; i++) {
		if (islower((unsigned char)line[i]) || line[i] == ':' || line[i] == '_')
			return false;
		capitals += isupper((unsigned char)line[i]) != 0;
	}
	return capitals > 3;
}

static void line(FILE *f, const char *text, size_t n)
{
	char *copy = strndup(text, n);

	page_escaped(f, copy);
	free(copy);
}

/* The lines up to the next empty one are one element. */
static const char *block(FILE *f, const char *at, bool title)
{
	const char *element = "p", *before = "";
	size_t n = strcspn(at, "\n");

	if (title)
		element = "h1";
	else if (is_heading(at, n))
		element = "h2";
	fprintf(f, "<%s>", element);
	while (n > 0) {
		fputs(before, f);
		line(f, at, n);
		before = "<br>";
		at += n;
		at += *at == '\n';
		n = strcspn(at, "\n");
	}
	fprintf(f, "</%s>\n", element);
	return at;
}

void page_draft(
	FILE *f, const char *text, const char *seal_code, const char *moment, const char *paper)
{
	bool title = true;

	fputs("<html lang=\"en\">\n<head>\n<title>Draft</title>\n", f);
	page_about(f, seal_code, moment, paper);
	page_numbers(f);
	fputs("</head>\n<body>\n", f);
	while (*text != '\0') {
		text += strspn(text, "\n");
		if (*text == '\0')
			break;
		text = block(f, text, title);
		title = false;
	}
	fputs("</body>\n</html>\n", f);
}
