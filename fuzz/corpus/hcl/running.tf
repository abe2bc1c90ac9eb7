# the roles of an app with two groups
variable "bucket" {
  type    = string
  default = "reports"
}

locals {
  issuer = "cognito-identity.amazonaws.com"
  tags   = merge(var.tags, { app = "réports" })
  ttl    = var.long ? 43200 : 3600
}

resource "aws_iam_role" "editor" {
  name                 = "editor-${terraform.workspace}"
  max_session_duration = local.ttl

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      "Effect" : "Allow",
      Action    = ["sts:AssumeRoleWithWebIdentity"]
      Principal = { Federated = local.issuer }
      Condition = {
        StringEquals = { "${local.issuer}:aud" = aws_cognito_identity_pool.main.id }
      }
    }]
  })
}

resource "aws_iam_role_policy" "editor" {
  role   = aws_iam_role.editor.name
  policy = <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": {
        "Effect": "Allow", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::${var.bucket}/$${cognito-identity.amazonaws.com:sub}/*"
      }
    }
  JSON
}
