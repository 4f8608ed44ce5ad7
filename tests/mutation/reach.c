/* Which blocks of the library a test runs through: a byte for each address in the file that
 * EVX_REACH names. It outlives the processes of a test, whatever confines or ends them. Linked into
 * the library that mutate.py tries the tests with before it changes anything. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

extern const char here[] __asm__("__ehdr_start") __attribute__((visibility("hidden")));

static uint8_t *reached;
static size_t length;

__attribute__((constructor)) static void begin(void)
{
	const char *name = getenv("EVX_REACH");
	const int fd = name != NULL ? open(name, O_RDWR | O_CLOEXEC) : -1;
	struct stat st;
	void *at;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0) {
		at = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (at != MAP_FAILED) {
			length = (size_t)st.st_size;
			reached = at;
		}
	}
	close(fd);
}

/* GCC calls this at the beginning of each block. */
__attribute__((visibility("hidden"))) void __sanitizer_cov_trace_pc(void)
{
	const size_t at = (size_t)((uintptr_t)__builtin_return_address(0) - (uintptr_t)here);

	if (at < length)
		reached[at] = 1;
}
