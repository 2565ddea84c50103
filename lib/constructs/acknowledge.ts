import { Stack, Validations } from 'aws-cdk-lib';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';
import type { IConstruct } from 'constructs';

/** Says why a construct keeps to something that a rule of cdk-nag is against; the rule names all the construct holds. */
export function acknowledge(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  Validations.of(scope).acknowledge(...Object.entries(reasons).map(([id, reason]) => ({ id, reason })));
}

/** Says why policies below a construct name resources by pattern. */
export function acknowledgeWildcards(scope: IConstruct, patterns: readonly string[], because: string): void {
  scope.node.addValidation({
    // references to another stack have their last form, which the finding is named by, only once the app is prepared
    validate: () => {
      for (const pattern of patterns) {
        const finding = flattenCfnReference(Stack.of(scope).resolve(pattern));
        acknowledge(scope, { [`AwsSolutions-IAM5[Resource::${finding}]`]: because });
      }
      return [];
    },
  });
}
