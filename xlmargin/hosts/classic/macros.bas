Attribute VB_Name = "xlmargin_macros"
' What the buttons of xlmargin do.
Option Explicit

Public Sub XlmRefresh()
    ' Calculates all formulas of the open workbooks as if each had just been entered.
    Application.CalculateFullRebuild
End Sub

Public Sub XlmCheck()
    XlmShowPage "Check"
End Sub

Public Sub XlmSettings()
    XlmShowPage "Settings"
End Sub

Public Sub XlmReport()
    ' Writes the report beside the active workbook, which itself stays as it is.
    If ActiveWorkbook Is Nothing Then
        MsgBox "Open the workbook with your positions first.", vbInformation, "xlmargin"
        Exit Sub
    End If
    On Error GoTo failed
    Application.StatusBar = "xlmargin: writing the report"
    RunPython "import xlwings; from xlmargin.commands.excel_report import report; " & _
        "report(xlwings.Book.caller().app.books.active)"
    Application.StatusBar = False
    Exit Sub
failed:
    Application.StatusBar = False
    MsgBox "No report is written: " & Err.Description & vbNewLine & _
        "To find out why, run: xlmargin doctor", vbCritical, "xlmargin"
End Sub

Private Sub XlmShowPage(page As String)
    On Error GoTo absent
    ActiveWorkbook.Worksheets(page).Activate
    Exit Sub
absent:
    MsgBox "The active workbook has no page " & page & ".", vbInformation, "xlmargin"
End Sub
