"""What the tests of incremental builds stand on."""

import pytest

pytest.register_assert_rewrite("tests.incremental.bench", "tests.incremental.edits")
