"""The contrast check reads the stylesheet's tokens and computes WCAG ratios."""

from pathlib import Path

from tooling.checks import contrast

ROOT = Path(__file__).parent.parent.parent
CSS = (ROOT / contrast.TOKENS).read_text(encoding="utf-8")


def test_the_tokens_there_are_readable():
    assert contrast.check(ROOT) == []


def test_a_faint_colour_is_found_in_the_scheme_it_is_faint_in(tmp_path: Path):
    light, dark = contrast.schemes(CSS)
    css = CSS.replace(f"--soft: {light['soft']}", "--soft: #8a949a")

    findings = contrast.check(_with_tokens(tmp_path, css))

    assert light["soft"] != dark["soft"]
    assert [finding.split(": ", 1)[1] for finding in findings][:1] == ["light --soft on --paper is 2.94 : 1, not 7 : 1"]
    assert not [finding for finding in findings if "dark" in finding]


def test_an_edge_needs_less_contrast_than_text(tmp_path: Path):
    light, _ = contrast.schemes(CSS)
    css = CSS.replace(f"--edge: {light['edge']}", "--edge: #9aa5aa")

    findings = contrast.check(_with_tokens(tmp_path, css))

    assert {finding.split(": ", 1)[1].split(" is ")[0] for finding in findings} == {
        "light --edge on --paper",
        "light --edge on --card",
    }


def test_a_missing_token_is_named(tmp_path: Path):
    css = CSS.replace("--on-danger: #fff;", "", 1)

    assert contrast.check(_with_tokens(tmp_path, css)) == [f"{contrast.TOKENS}: no light colour --on-danger"]


def test_three_digits_are_as_good_as_six():
    light, dark = contrast.schemes(
        ":root { --card: #fff; } @media (prefers-color-scheme: dark) { :root { --card: #123456; } }"
    )

    assert (light, dark) == ({"card": "#ffffff"}, {"card": "#123456"})


def test_a_ground_that_brand_colours_are_not_fitted_to_is_found(tmp_path: Path):
    light, _ = contrast.schemes(CSS)
    css = CSS.replace(f"--paper: {light['paper']}", "--paper: #fffffe")

    assert contrast.check(_with_tokens(tmp_path, css)) == ["freeslot.web.contrast lacks the ground #fffffe"]


def _with_tokens(root: Path, css: str) -> Path:
    path = root / contrast.TOKENS
    path.parent.mkdir(parents=True)
    path.write_text(css, encoding="utf-8")
    return root
