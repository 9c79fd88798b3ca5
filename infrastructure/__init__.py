"""What a deployment is made of: the artefact, its CloudFormation template, and the commands that use them."""
