"""`python -m llm_extract`: the same as `llm-extract`."""

from llm_extract.cli import main

if __name__ == "__main__":
    main()
