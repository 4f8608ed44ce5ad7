/* Names of objects: what FAT, URLs and every listing can hold. */
#include "remote/remote_name.h"

#define COMPONENT_MAX 80u
#define COMPONENTS_MAX 4u

bool evx_remote_name_valid(const char *s, size_t n)
{
	size_t i, len = 0, components = 1;

	if (n >= EVX_REMOTE_NAME_CAP)
		return false;
	for (i = 0; i < n; i++) {
		if (s[i] == '/') {
			if (len == 0 || s[i - 1] == '.' || ++components > COMPONENTS_MAX)
				return false;
			len = 0;
			continue;
		}
		if ((s[i] < 'a' || s[i] > 'z') && (s[i] < '0' || s[i] > '9') &&
			(len == 0 || (s[i] != '-' && s[i] != '.')))
			return false;
		if (++len > COMPONENT_MAX)
			return false;
	}
	return len > 0 && s[n - 1] != '.';
}
