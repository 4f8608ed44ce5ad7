/* Private to json*.c: a struct evx_json is a json_t under another name. */
#ifndef EVX_BASE_JSON_INNER_H
#define EVX_BASE_JSON_INNER_H

#include <jansson.h>

#include "base/json.h"

/* jansson's accessors take pointers that are not const, also those that change nothing. */
static inline json_t *evx_json_inner(const struct evx_json *v)
{
	return (json_t *)(uintptr_t)v;
}

static inline const struct evx_json *evx_json_outer(const json_t *v)
{
	return (const struct evx_json *)(const void *)v;
}

#endif
