/* Texts for people, in English and in the language of the person who reads. English is what is
 * recorded, compared and searched for. */
#ifndef EVX_BASE_TOLD_H
#define EVX_BASE_TOLD_H

#include <stdarg.h>
#include <stddef.h>

/* Gives the translation of a text of the library, which may be a format of printf; text itself
 * where there is none. A translation has the same conversions. */
typedef const char *evx_told_fn(const char *text);

/* From here on every text is told as translate has it, too. NULL: in English alone, as at the
 * start. Call before the process has threads. */
void evx_told_by(evx_told_fn *translate);

/* Marks a text or word that stands in a table or behind a question mark, for those who look for
 * what can be translated. */
#define EVX_SAID(text) text

/* One text. told is "" where there is no translation. */
struct evx_told {
	char text[512], told[512];
};
void evx_told_say(struct evx_told *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void evx_told_say_v(struct evx_told *t, const char *format, va_list ap)
	__attribute__((format(printf, 2, 0)));
/* Adds a sentence of the library, behind a blank, to both. */
void evx_told_more(struct evx_told *t, const char *sentence);
/* The translation alone: writes cap bytes at most, "" where there is none. */
void evx_told_format(char *told, size_t cap, const char *format, va_list ap)
	__attribute__((format(printf, 3, 0)));

#endif
