#include "gateway/tree/spec.h"
