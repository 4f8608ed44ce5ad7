/* Every number that stands on disk or bounds what is read from it. Each line names its page of
 * format-spec/. */
#ifndef EVX_FORMAT_LIMITS_H
#define EVX_FORMAT_LIMITS_H

/* payload.md */
#define EVX_PACK_LEN 33554432u /* "Packs" */
#define EVX_CHUNK_MIN 1048576u /* "Chunking" */
#define EVX_CHUNK_AVG 2097152u
#define EVX_CHUNK_MAX 4194304u       /* a longer file is cut */
#define EVX_FILE_ALONE 262144u       /* a file of so many bytes shares no chunk */
#define EVX_GROUP_MIN 1048576u       /* bytes from which on small files together may end a chunk */
#define EVX_GROUP_MEAN 1048576u      /* and so many more on average until it is found */
#define EVX_BLOCK_LEN 65536u         /* "Chunk ids" */
#define EVX_CHUNK_BLOCKS 64u         /* of a chunk, at most */
#define EVX_FRAME_PLAIN_MAX 4194304u /* "Frames" */
#define EVX_FRAME_HEADER_LEN 60u
#define EVX_FRAME_HEADER_PLAIN 44u
#define EVX_FRAME_OVERHEAD 77u /* header, codec byte, tag */
#define EVX_REF_LEN 92u        /* "References and trees" */
#define EVX_NODE_REFS_MAX 1024u
#define EVX_TREE_LEVELS_MAX 8u
#define EVX_CHECKPOINT_LEN 8388608u /* "Checkpoints" */

#define EVX_CHUNK_BITS_EARLY 23u /* "Chunking": mask bits before and from the average on */
#define EVX_CHUNK_BITS_LATE 19u

/* listing.md */
#define EVX_LISTING_LINE_MAX 4186112u
#define EVX_LISTING_CHUNK 1048576u /* a listing frame is closed once it holds this many bytes */
#define EVX_EXTENTS_MAX 16384u
#define EVX_PART_PIECES_MAX 1024u /* listing.md "Files in part" */
#define EVX_UNREADABLE_MAX 65536u
#define EVX_HOLES_HASHED_MAX 68719476736ull /* 64 GiB, of one file */
#define EVX_HOLES_PER_BYTE \
	16u /* so many more, of all files so far, for each byte of content before */

/* conventions.md "Limits", container.md */
#define EVX_DOCUMENT_MAX 1048576u
#define EVX_DETAILS_MAX 4194304u
#define EVX_JSON_DEPTH_MAX 16u
#define EVX_MEMBER_MAX 67108864u
#define EVX_MANIFEST_MAX 268435456u
#define EVX_TAIL_MAX 67108864u
#define EVX_EVENTS_MAX 10000u
#define EVX_SIGNERS_MAX 16u
#define EVX_STANZAS_MAX 1024u
#define EVX_VOLUMES_MAX 9999u
#define EVX_SCRYPT_LOGN_MAX 22u
#define EVX_GROUPS_MAX 10000u
#define EVX_TYPE_MAX 32u /* documents.md "Event" */
#define EVX_ATTACHMENTS_MAX 999u
#define EVX_STAMPS_MAX 999u
#define EVX_NAMED_STAMPS_MAX 256u
#define EVX_TIMESTAMP_MAX 65536u     /* timestamps.md, bytes of a response */
#define EVX_AUTHORITIES_MAX 4194304u /* bytes of a file of trusted certificates */
#define EVX_POLICY_RULES_MAX 32u     /* events.md "Policy" */
#define EVX_POLICY_KEYS_MAX 64u
#define EVX_RECEIPT_MAX 536870912u /* events.md "Receipts", bytes of text */
#define EVX_EXTRACTED_MAX 1000u    /* details.md, paths in `extracted` */
#define EVX_ROSTER_ROOTS_MAX 16u   /* roster.md; no more could sign */
#define EVX_ROSTER_KEYS_MAX 4096u
#define EVX_ROSTER_ACTS_MAX 16u
#define EVX_ROSTER_VERSIONS_MAX 10000u
#define EVX_ROSTER_FILE_MAX 67108864u
#define EVX_ROSTER_SCOPE_MAX 1064979u /* its first line, and 4,096 agencies */
#define EVX_RECIPE_MAX 8388608u       /* vault.md "Borrowed packs", bytes of plaintext */
#define EVX_RECIPE_PIECES_MAX 65536u
#define EVX_RECIPE_BYTES_MAX 65536u    /* that one line stands for */
#define EVX_VAULT_ENTRIES_MAX 1000000u /* vault.md, of the log */
#define EVX_VAULT_EPOCHS_MAX 9999u
#define EVX_VAULT_ESCROW_MAX 64u
#define EVX_VAULT_MEMBERS_MAX 4096u         /* that ever were */
#define EVX_VAULT_TEXT_MAX 1024u            /* bytes of a label, an office's name, a reason */
#define EVX_SHIPMENT_OBJECT_MAX 4294967295u /* shipment.md "Limits" */
#define EVX_SHIPMENT_NOTE_MAX 1048576u
#define EVX_SHIPMENT_RECEIVERS_MAX 64u
#define EVX_SHIPMENT_NOTES_MAX 99999999u
#define EVX_SHIPMENT_EXHIBITS_MAX 1000u
#define EVX_SHIPMENT_PARTS_MAX 9999u
#define EVX_SHIPMENT_ADDRESS_MAX 4096u   /* bytes of one */
#define EVX_MIRROR_INDEX_MAX 1073741824u /* shipment.md "Mirrors", bytes */
#define EVX_MIRROR_NOTES_MAX 64u         /* between two whole ones */
#define EVX_CHALLENGES_MAX 10000u        /* possession.md, for one asker */
#define EVX_CHALLENGE_PACKS_MAX 1024u    /* that one names */
#define EVX_CHALLENGE_ASKERS_MAX 64u     /* of one list */
#define EVX_CHALLENGE_LIST_MAX 67108864u /* bytes of a list */
#define EVX_UUID_LEN 36u
#define EVX_TAR_BLOCK 512u

#endif
