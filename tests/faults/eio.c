/* A disk that fails: writes and syncs under EIO_FOLDER end in the error EIO_ERRNO while EIO_FOLDER/../eio exists. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(int fd)
{
    const char *folder = getenv("EIO_FOLDER");
    char link[64], path[PATH_MAX], flag[PATH_MAX];
    ssize_t size;

    if (folder == NULL)
        return 0;
    snprintf(flag, sizeof flag, "%s/../eio", folder);
    if (access(flag, F_OK) != 0)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    size = readlink(link, path, sizeof path - 1);
    if (size < 0)
        return 0;
    path[size] = 0;
    return strncmp(path, folder, strlen(folder)) == 0;
}

#define FAILING(result, name, parameters, arguments, fd)                   \
    result name parameters                                                 \
    {                                                                      \
        static result(*real) parameters;                                   \
        if (real == NULL)                                                  \
            real = (result(*) parameters)dlsym(RTLD_NEXT, #name);          \
        if (fails(fd)) {                                                   \
            errno = atoi(getenv("EIO_ERRNO"));                                                   \
            return -1;                                                     \
        }                                                                  \
        return real arguments;                                             \
    }

FAILING(ssize_t, write, (int fd, const void *bytes, size_t count), (fd, bytes, count), fd)
FAILING(ssize_t, pwrite, (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at), fd)
FAILING(ssize_t, pwrite64, (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at), fd)
FAILING(int, fsync, (int fd), (fd), fd)
FAILING(int, fdatasync, (int fd), (fd), fd)
FAILING(int, ftruncate, (int fd, off_t size), (fd, size), fd)
FAILING(int, ftruncate64, (int fd, off_t size), (fd, size), fd)
