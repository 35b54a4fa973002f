"""Why a model says what it says: what each modality contributes, where it looks."""

from mmzoo.explanation.explain import explain as explain
