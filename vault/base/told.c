/* Texts for people, in English and in the language of the person who reads. */
#include "base/told.h"

#include <stdio.h>
#include <string.h>

static evx_told_fn *told_by;

void evx_told_by(evx_told_fn *translate)
{
	told_by = translate;
}

static const char *translation(const char *text) __attribute__((format_arg(1)));

/* text itself: there is none. */
static const char *translation(const char *text)
{
	return told_by != NULL && text[0] != '\0' ? told_by(text) : text;
}

void evx_told_format(char *told, size_t cap, const char *format, va_list ap)
{
	if (translation(format) == format || vsnprintf(told, cap, translation(format), ap) < 0)
		told[0] = '\0';
}

void evx_told_say_v(struct evx_told *t, const char *format, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	if (vsnprintf(t->text, sizeof(t->text), format, ap) < 0)
		t->text[0] = '\0';
	evx_told_format(t->told, sizeof(t->told), format, again);
	va_end(again);
}

void evx_told_say(struct evx_told *t, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	evx_told_say_v(t, format, ap);
	va_end(ap);
}

static void add(char *to, size_t cap, const char *sentence)
{
	const size_t n = strlen(to);

	(void)snprintf(to + n, cap - n, " %s", sentence);
}

void evx_told_more(struct evx_told *t, const char *sentence)
{
	const char *translated = translation(sentence);

	/* Half a text in another language would be no text. */
	if (t->told[0] != '\0' && translated != sentence)
		add(t->told, sizeof(t->told), translated);
	else
		t->told[0] = '\0';
	add(t->text, sizeof(t->text), sentence);
}
