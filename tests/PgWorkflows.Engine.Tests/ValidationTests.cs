using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Definitions;
using Xunit;

namespace PgWorkflows.Engine.Tests;

/// <summary>Each thing that the validator looks for, drawn wrong once.</summary>
public sealed class ValidationTests
{
    /// <summary>Activities and connections of a flowchart that begins with w, and what is said of it.</summary>
    public static TheoryData<string, string, Severity, string> Wrong => new()
    {
        { "", "c('w','Done','nowhere')", Severity.Error, "a connection to 'nowhere'" },
        { "", "c('nowhere','Done','w')", Severity.Error, "a connection from 'nowhere'" },
        { "", "c('w','Dnoe','w')", Severity.Error, "port 'Dnoe', which it does not have" },
        { "a('x','Elsa.WriteLine')", "", Severity.Warning, "can never be reached" },
        { "a('q','Test.Query')", "c('w','Done','q') c('q','Running','w')", Severity.Error, "nothing connected to its outcome Stopped" },
        { "a('x','Elsa.WriteLine')", "c('w','Done','x') c('x','Done','w')", Severity.Warning, "without a wait and without a counter" },
        { "a('v','Elsa.SetVariable',`'variable':{'id':'none','name':'None'}`)", "c('w','Done','v')", Severity.Error, "sets the variable 'none'" },
        { "a('x','Elsa.WriteLine',`'text':{'typeName':'String','expression':{'type':'Variable','value':{'id':'none','name':'None'}}}`)", "c('w','Done','x')", Severity.Error, "the variable 'None'" },
        { "a('x','Elsa.WriteLine',`'text':{'typeName':'String','expression':{'type':'Input','value':{'name':'None'}}}`)", "c('w','Done','x')", Severity.Error, "the workflow input 'None'" },
        { "a('x','Elsa.WriteLine',`'text':{'typeName':'String','expression':{'type':'Python','value':'1'}}`)", "c('w','Done','x')", Severity.Error, "the expression type 'Python'" },
        { "a('x','Elsa.WriteLine',`'text':{'expression':{'type':'Literal','value':'1'}}`)", "c('w','Done','x')", Severity.Error, "no typeName in its input Text" },
        { "a('x','Elsa.WriteLine',`'text':{'typeName':'String','expression':{'type':'Object','value':'{'}}`)", "c('w','Done','x')", Severity.Error, "that is not JSON" },
        { "a('x','Elsa.Event')", "c('w','Done','x')", Severity.Error, "no value for its input EventName" },
        { "a('x','Elsa.FlowJoin',`'mode':{'typeName':'FlowJoinMode','expression':{'type':'Literal','value':'WaitSome'}}`)", "c('w','Done','x')", Severity.Error, "'WaitSome' in its input Mode" },
        { "a('x','Elsa.Cron',`'cronExpression':{'typeName':'String','expression':{'type':'Literal','value':'0 0 25 * * *'}}`)", "c('w','Done','x')", Severity.Error, "no valid CronExpression" },
        { "a('x','Elsa.RunJavaScript',`'script':{'typeName':'String','expression':{'type':'Literal','value':'var b = ;'}}`)", "c('w','Done','x')", Severity.Error, "JavaScript error in its input Script, line 1, column 9" },
        { "a('x','Elsa.Unheard')", "c('w','Done','x')", Severity.Error, "'Elsa.Unheard', which is not known here" },
        { "a('x','Elsa.RunJavaScript',`'script':{'typeName':'String','expression':{'type':'JavaScript','value':'a =>'}},'result':{'typeName':'Object','memoryReference':{'id':'none'}}`)", "c('w','Done','x')", Severity.Error, "binds its output Result to 'none'" },
        { "a('x','Elsa.ExecuteWorkflow',`'workflowDefinitionId':{'typeName':'String','expression':{'type':'Literal','value':'none'}}`)", "c('w','Done','x')", Severity.Error, "the workflow 'none', which is not published" },
        { "a('x','Elsa.ExecuteWorkflow',`'workflowDefinitionId':{'typeName':'String','expression':{'type':'Literal','value':'d'}}`)", "c('w','Done','x')", Severity.Error, "leads back to this workflow: d → d" },
        { "a('x','Elsa.WriteLine') a('y','Elsa.WriteLine')", "c('w','Done','x') c('w','Done','y') c('x','Done','y') c('y','Done','x')", Severity.Error, "without passing it" },
        { "a('d','Elsa.FlowDecision',`'condition':{'typeName':'Boolean','expression':{'type':'Literal','value':'true'}}`) a('j','Elsa.FlowJoin',`'mode':{'typeName':'String','expression':{'type':'Literal','value':'WaitAll'}}`)",
            "c('w','Done','d') c('d','True','j') c('d','False','j')", Severity.Warning, "waits for all of its ways" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void What_is_drawn_wrong_is_told_with_its_cure(string activities, string connections, Severity severity, string problem)
    {
        var findings = FixtureFiles.Validate([FixtureFiles.Definition(Flowcharts.Draw(activities, connections))], new Query());

        var finding = findings.First(finding => finding.Problem.Contains(problem, StringComparison.Ordinal));
        Assert.Equal(severity, finding.Severity);
        Assert.NotEmpty(finding.Cure);
        Assert.Contains('\'', finding.Place);
    }

    [Fact]
    public void What_is_drawn_right_has_no_findings()
    {
        var definition = FixtureFiles.Definition(Flowcharts.Draw(
            "a('q','Test.Query') a('z','Elsa.End') a('p','Elsa.Delay')", "c('w','Done','q') c('q','Running','z') c('q','Stopped','p') c('p','Done','q')"));

        Assert.Equal([], FixtureFiles.Validate([definition], new Query()));
    }

    [Fact]
    public void A_cycle_through_several_workflows_is_told_with_its_way_round()
    {
        WorkflowDefinition Starting(string id, string other) => FixtureFiles.Definition($$"""
            { "definitionId": "{{id}}", "name": "{{id}}", "root": { "id": "x", "type": "Elsa.ExecuteWorkflow",
              "workflowDefinitionId": { "typeName": "String", "expression": { "type": "Literal", "value": "{{other}}" } } } }
            """);

        var findings = FixtureFiles.Validate([Starting("b", "c"), Starting("c", "a"), Starting("a", "b")]);

        Assert.Contains(findings, finding => finding.Problem.Contains("a → b → c → a", StringComparison.Ordinal));
    }

    [Activity("Test.Query", Category = "PostgreSQL", Description = "Asks.", Outcomes = ["Running", "Stopped"])]
    private sealed class Query : Activity<Query.Inputs>
    {
        public sealed record Inputs;
    }
}
