/* What each code of a finding is about, in a few words: for readers of a language in which the
 * finding itself has no translation. */
#include "page_titles.h"

#include <stddef.h>
#include <string.h>

#include "cli_language.h"

static const struct {
	const char *code, *title;
} titles[] = {
	{ "D-HEADER", N_("a header of the container is not as it must be") },
	{ "D-ORDER", N_("a member of the container stands in the wrong place") },
	{ "D-DUPLICATE", N_("a name occurs twice in the container") },
	{ "D-PACK-HASH", N_("a pack of evidence was changed") },
	{ "D-PACK-LENGTH", N_("number or lengths of the packs are not those that were sealed") },
	{ "D-MANIFEST", N_("the list of packs does not agree with the packs") },
	{ "D-TAGMANIFEST", N_("the list of small files does not agree with them") },
	{ "D-BAG", N_("a file about the bundle is not as it must be") },
	{ "D-INDEX", N_("an index does not agree with the bundle") },
	{ "D-PADDING", N_("bytes that must be zero are not") },
	{ "D-JOINT", N_("what joins an entry to the bundle was changed") },
	{ "D-TRUNCATED", N_("the file ends before the bundle does") },
	{ "D-TRAILING", N_("bytes follow the end of the bundle") },
	{ "D-EXTRA", N_("a file is there that no index lists") },
	{ "D-MISSING", N_("a file of the bundle is missing") },
	{ "D-DEEP", N_("the files inside could not be opened") },
	{ "D-IO", N_("something could not be read") },
	{ "D-PART", N_("an encrypted part is not as it must be") },
	{ "D-FRAME", N_("a piece of the contents is damaged") },
	{ "D-TILING", N_("pieces of the contents overlap or leave bytes over") },
	{ "D-LISTING", N_("the list of contents breaks a rule") },
	{ "D-LISTING-ROOT", N_("the list of contents is not the one that was sealed") },
	{ "D-ORIGIN", N_("this part and its original do not belong together") },
	{ "D-PROOF", N_("it is not proved that something shown is part of the original") },
	{ "D-FILE-DIGEST", N_("a file inside does not have its signed hash") },
	{ "D-COUNTS", N_("the sealer's counts do not agree with the list of contents") },
	{ "R-DISCLOSURE", N_("the original's custody record does not give out this part") },
	{ "C-JSON", N_("the document of an entry is missing or damaged") },
	{ "C-SIGNER-COUNT", N_("an entry does not have a signature of each signer") },
	{ "C-SIGNATURE", N_("a signature is not good") },
	{ "C-LINK", N_("an entry is missing or not in its place") },
	{ "C-FILES", N_("the files of an entry are not those that were signed") },
	{ "C-TAGMANIFEST", N_("what the seal covers was changed") },
	{ "C-KEYFILE", N_("a key file is missing or not as it must be") },
	{ "C-RECORD", N_("the list of an entry's files is missing or changed") },
	{ "C-STAMP-MISSING", N_("a time-stamp is missing") },
	{ "C-KEY", N_("an opened key is not the one that the custody record names") },
	{ "C-DETAILS", N_("custody details are not as they must be") },
	{ "C-BINDING", N_("an encrypted part was made for another entry") },
	{ "T-REVOKED", N_("a signer's key was retired or lost before") },
	{ "T-CONTESTED", N_("two sources disagree about a signer's key") },
	{ "T-RETIRED", N_("a signer's key was retired") },
	{ "T-STAMP-BAD", N_("a time-stamp proves nothing") },
	{ "T-STAMP-UNTRUSTED", N_("the authority of a time-stamp is not trusted") },
	{ "T-CARD", N_("a card could not be used") },
	{ "T-ROSTER", N_("a roster could not be used") },
	{ "R-RECEIPT", N_("a receipt could not be used") },
	{ "R-REFERS", N_("an entry refers to nothing in this custody record") },
	{ "R-READERS", N_("an entry lets others open the exhibit") },
	{ "R-FORK", N_("there are two versions of the custody record") },
	{ "R-TRUNCATED", N_("entries were removed or exchanged") },
	{ "R-TWO-SEALS", N_("there is another exhibit with the same number") },
};

const char *page_titles_of(const char *code)
{
	size_t i;

	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (strcmp(titles[i].code, code) == 0)
			return _(titles[i].title);
	return NULL;
}
