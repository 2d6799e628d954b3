"""A process that begins to serve has loaded what its first page needs: no visitor waits for it."""

import subprocess
import sys

from tests.cli.process import environment

# In a process of its own, since in this one everything is loaded by now. An address that nothing is at is looked for
# among all of them, and its page needs no database.
FIRST_PAGE = """
import io, sys
from freeslot.config.wsgi import application
from django.template import engines

templates = engines["django"].engine.template_loaders[0].get_template_cache
print("visits/move.html" in templates, "freeslot.visits.views.move" in sys.modules)
before = {*sys.modules, *templates}
environ = {
    "REQUEST_METHOD": "GET", "PATH_INFO": "/nothing/", "SERVER_NAME": "localhost", "SERVER_PORT": "8000",
    "HTTP_HOST": "localhost:8000", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr,
}
application(environ, lambda status, headers: print(status))
print([name for name in {*sys.modules, *templates} - before if name.startswith("freeslot.") or "/" in name])
"""


def test_the_first_page_of_a_process_loads_no_view_and_no_template(tmp_path):
    command = [sys.executable, "-c", FIRST_PAGE]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["True True", "404 Not Found", "[]"], done.stderr
