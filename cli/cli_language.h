/* The language of what people read: English, or a translation that is installed with evx (po/). */
#ifndef CLI_LANGUAGE_H
#define CLI_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

/* _ translates a text where it stands. N_ marks one that stands in a table, and is translated by
 * _ where it is printed. The texts of errors, warnings and mistakes need no mark: the functions
 * that take them translate them (the Makefile tells xgettext which functions those are). */
#define _(text) cli_language_of(text)
#define N_(text) text
#define L_(text) text /* the same of a label (cli_language_label) */
/* The two forms of a text in a table, which cli_output_things takes. */
#define P_(one, many) one, many

/* Chooses the language that the environment names (LANGUAGE, LC_ALL, LC_MESSAGES, LANG, as gettext
 * reads them) where evx has it, else English, and loads its texts. Call first, before the process
 * is confined and before it has threads. Only texts beside the program are used, and only those
 * that nobody but root, its owner and this user can write. */
void cli_language_start(void);
/* The same for the language lang ("en", "fr", "es", "ar"); false when its texts are not installed,
 * and then the language is as before. */
bool cli_language_use(const char *lang);
/* True when evx has texts in this language, or would have them if they were installed. */
bool cli_language_is_known(const char *lang);
/* "en", "fr", "es" or "ar". */
const char *cli_language(void);
/* From here on texts are in English, whatever the language (paused), or no more. */
void cli_language_pause(bool paused);
/* True for a language that is written from right to left. */
bool cli_language_leftward(void);
/* The translation of text; text itself, where there is none. NULL and "" come back as they are. */
const char *cli_language_of(const char *text) __attribute__((format_arg(1)));
/* The same of a word that means several things: meaning says which one ("time"). */
#define C_(meaning, text) cli_language_meant(meaning "\004" text, text)
const char *cli_language_meant(const char *key, const char *text) __attribute__((format_arg(2)));
/* The same of the label of a row (context "label"). */
const char *cli_language_label(const char *text);
/* True when the n bytes of an answer begin with the letter that yes begins with in this language,
 * or with y. */
bool cli_language_is_yes(const char *answer, size_t n);
/* The form of one or many that goes with n in this language. */
const char *cli_language_number(const char *one, const char *many, unsigned long n)
	__attribute__((format_arg(1), format_arg(2)));

#endif
